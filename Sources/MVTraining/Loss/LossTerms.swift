internal import MVNetworks

/// The terms of the loss, unweighted, and their weighted sum.
public struct LossTerms: Hashable, Sendable {
  /// What one term measures.
  public enum Term: Hashable, Sendable {
    /// The mean squared difference of the views' embeddings.
    case difference
    /// The hinge on the standard deviation of each column.
    case deviation
    /// How little the views' embeddings depend on each other: 1 - distance correlation.
    case views
    /// How badly an image's other view is told from all other images: the cross-entropy of SimCLR.
    case contrast
    /// The mean squared difference of the views' embeddings, of VICReg.
    case invariance
    /// The hinge on the standard deviation of each column, of VICReg.
    case variance
    /// The squared covariances of different columns, of VICReg.
    case covariance
    /// How far the views' correlations of one column are from 1, of Barlow Twins.
    case onDiagonal
    /// The squared correlations of different columns between the views, of Barlow Twins.
    case offDiagonal
    /// How little the embedding depends on a representation: 1 - distance correlation.
    case representation(String)
    /// How much the embedding depends on a representation: the distance correlation itself, which the released code
    /// adds.
    case dependence(String)
    /// How little the embedding of the second view depends on a representation: 1 - distance correlation.
    case secondRepresentation(String)
    /// How much the embedding of the second view depends on a representation: the distance correlation itself.
    case secondDependence(String)
  }

  /// The terms: those of the views, then one a representation, and another one where both views have them.
  public let terms: [Term]
  /// One value a term.
  public var values: [Double]
  /// The weighted sum that is minimized.
  public var total: Double

  /// Creates terms; one value a term.
  public init(terms: [Term], values: [Double], total: Double) {
    precondition(terms.count == values.count, "one value a term")
    self.terms = terms
    self.values = values
    self.total = total
  }

  /// The terms of a loss with these representations, in the order of ``terms``.
  ///
  /// `loss` is what stands between the views; `releasedSign` is as in the settings; `both` tells whether the second
  /// view's embedding depends on the representations, too.
  public static func terms(
    of representations: [String], of loss: ViewLoss = .mvmr, releasedSign: Bool = false, both: Bool = false
  ) -> [Term] {
    var terms = loss.terms
    terms += representations.map { releasedSign ? .dependence($0) : .representation($0) }
    if both { terms += representations.map { releasedSign ? .secondDependence($0) : .secondRepresentation($0) } }
    return terms
  }

  /// The names of the terms in logs: `mse`, `std`, `1-dcor_zz`, then `1-dcor_<representation>` for each.
  ///
  /// With the released code's sign the latter are `dcor_<representation>`; those of the second view end in `.second`.
  public var names: [String] { terms.map(\.name) }

  /// The value of one term; nil where the loss does not have it.
  public subscript(term: Term) -> Double? { terms.firstIndex(of: term).map { values[$0] } }

  /// The first term that is not a finite number, by its name.
  public var firstNotFinite: String? {
    zip(terms, values).first { !$0.1.isFinite }?.0.name ?? (total.isFinite ? nil : "total")
  }

  mutating func add(_ other: LossTerms) {
    for index in values.indices { values[index] += other.values[index] }
    total += other.total
  }

  func divided(by count: Double) -> LossTerms {
    LossTerms(terms: terms, values: values.map { $0 / count }, total: total / count)
  }
}

extension ViewLoss {
  /// The terms between two views, in the order of ``LossTerms/terms``.
  public var terms: [LossTerms.Term] {
    switch self {
    case .mvmr: [.difference, .deviation, .views]
    case .simclr: [.contrast]
    case .vicreg: [.invariance, .variance, .covariance]
    case .barlow: [.onDiagonal, .offDiagonal]
    }
  }
}

extension LossTerms.Term {
  /// What the value is: 1 - distance correlation, so that 0 is full dependence.
  private static let prefix = "1-dcor_"
  /// The same where it is the distance correlation itself.
  private static let dependencePrefix = "dcor_"
  /// Either in files of version 0.1.
  private static let formerPrefix = "dc_"
  /// What the second view's terms end in.
  private static let secondSuffix = ".second"

  /// The name in `losses.csv`, in TensorBoard's events and in checkpoints.
  public var name: String {
    switch self {
    case .difference: "mse"
    case .deviation: "std"
    case .views: "\(Self.prefix)zz"
    case .contrast: "nt_xent"
    case .invariance: "invariance"
    case .variance: "variance"
    case .covariance: "covariance"
    case .onDiagonal: "on_diagonal"
    case .offDiagonal: "off_diagonal"
    case .representation(let name): "\(Self.prefix)\(name)"
    case .dependence(let name): "\(Self.dependencePrefix)\(name)"
    case .secondRepresentation(let name): "\(Self.prefix)\(name)\(Self.secondSuffix)"
    case .secondDependence(let name): "\(Self.dependencePrefix)\(name)\(Self.secondSuffix)"
    }
  }

  /// The name in files of version 0.1; other terms than it had are called as they are now.
  var formerName: String {
    switch self {
    case .views: "\(Self.formerPrefix)zz"
    case .representation(let name), .dependence(let name): "\(Self.formerPrefix)\(name)"
    default: name
    }
  }

  /// Whether `name` is the term's, now or in version 0.1.
  func isCalled(_ name: some StringProtocol) -> Bool { name == self.name || name == formerName }

  /// The term of a name behind those of the views; nil where it is no representation's.
  fileprivate init?(representationTerm name: String) {
    let isSecond = name.hasSuffix(Self.secondSuffix)
    let first = isSecond ? String(name.dropLast(Self.secondSuffix.count)) : name
    if first.hasPrefix(Self.dependencePrefix) {
      let partner = String(first.dropFirst(Self.dependencePrefix.count))
      self = isSecond ? .secondDependence(partner) : .dependence(partner)
      return
    }
    guard let prefix = [Self.prefix, Self.formerPrefix].first(where: { first.hasPrefix($0) }) else { return nil }
    let partner = String(first.dropFirst(prefix.count))
    self = isSecond ? .secondRepresentation(partner) : .representation(partner)
  }

  /// The representation, or the other view, that the term is the distance correlation with; nil for the others.
  public var partner: String? {
    switch self {
    case .views: "views"
    case .representation(let name), .dependence(let name): name
    case .secondRepresentation(let name), .secondDependence(let name): "\(name), second view"
    default: nil
    }
  }

  /// The representation that the term is of; nil for terms between views.
  public var representation: String? {
    switch self {
    case .representation(let name), .dependence(let name), .secondRepresentation(let name),
      .secondDependence(let name):
      name
    default: nil
    }
  }
}

extension LossTerms: Codable {
  private enum CodingKeys: String, CodingKey {
    case names, values, total
  }

  /// Reads the terms by their names, in the order of ``terms``.
  ///
  /// Throws where there is another term, or not one value each.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let names = try container.decode([String].self, forKey: .names)
    let values = try container.decode([Double].self, forKey: .values)
    let own = ViewLoss.allCases.map(\.terms).first { terms in
      names.count >= terms.count && zip(terms, names).allSatisfy { $0.isCalled($1) }
    }
    let others = names.dropFirst(own?.count ?? 0).compactMap { Term(representationTerm: $0) }
    guard let own, names.count == values.count, own.count + others.count == names.count else {
      throw DecodingError.dataCorruptedError(forKey: .names, in: container, debugDescription: "not terms of a loss")
    }
    self.init(terms: own + others, values: values, total: try container.decode(Double.self, forKey: .total))
  }

  /// Writes the terms by their names; throws what the encoder throws.
  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(names, forKey: .names)
    try container.encode(values, forKey: .values)
    try container.encode(total, forKey: .total)
  }
}
