internal import MVNetworks

/// The terms of the MV-MR loss, unweighted, and their weighted sum.
public struct LossTerms: Hashable, Sendable {
  /// What one term measures.
  public enum Term: Hashable, Sendable {
    /// The mean squared difference of the views' embeddings.
    case difference
    /// The hinge on the standard deviation of each column.
    case deviation
    /// How little the views' embeddings depend on each other: 1 - distance correlation.
    case views
    /// How little the embedding depends on a representation: 1 - distance correlation.
    case representation(String)
    /// How much the embedding depends on a representation: the distance correlation itself, which the released code
    /// adds.
    case dependence(String)
  }

  /// The terms: ``Term/difference``, ``Term/deviation``, ``Term/views``, then one a representation.
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

  /// The terms of a loss with these representations, in the order of ``terms``; `releasedSign` as in the settings.
  public static func terms(of representations: [String], releasedSign: Bool = false) -> [Term] {
    Term.own + representations.map { releasedSign ? .dependence($0) : .representation($0) }
  }

  /// The names of the terms in logs: `mse`, `std`, `1-dcor_zz`, then `1-dcor_<representation>` for each.
  ///
  /// With the released code's sign the latter are `dcor_<representation>`.
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

extension LossTerms.Term {
  /// The terms that every loss has.
  static let own: [LossTerms.Term] = [.difference, .deviation, .views]

  /// What the value is: 1 - distance correlation, so that 0 is full dependence.
  private static let prefix = "1-dcor_"
  /// The same where it is the distance correlation itself.
  private static let dependencePrefix = "dcor_"
  /// Either in files of version 0.1.
  private static let formerPrefix = "dc_"

  /// The name in `losses.csv`, in TensorBoard's events and in checkpoints.
  public var name: String {
    switch self {
    case .difference: "mse"
    case .deviation: "std"
    case .views: "\(Self.prefix)zz"
    case .representation(let name): "\(Self.prefix)\(name)"
    case .dependence(let name): "\(Self.dependencePrefix)\(name)"
    }
  }

  /// The name in files of version 0.1.
  var formerName: String {
    switch self {
    case .difference, .deviation: name
    case .views: "\(Self.formerPrefix)zz"
    case .representation(let name), .dependence(let name): "\(Self.formerPrefix)\(name)"
    }
  }

  /// Whether `name` is the term's, now or in version 0.1.
  func isCalled(_ name: some StringProtocol) -> Bool { name == self.name || name == formerName }

  /// The term of a name behind those that every loss has; nil where it is no representation's.
  fileprivate init?(representationTerm name: String) {
    if name.hasPrefix(Self.dependencePrefix) {
      self = .dependence(String(name.dropFirst(Self.dependencePrefix.count)))
      return
    }
    guard let prefix = [Self.prefix, Self.formerPrefix].first(where: { name.hasPrefix($0) }) else { return nil }
    self = .representation(String(name.dropFirst(prefix.count)))
  }

  /// The representation, or the other view, that the term is the distance correlation with; nil for the others.
  public var partner: String? {
    switch self {
    case .difference, .deviation: nil
    case .views: "views"
    case .representation(let name), .dependence(let name): name
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
    let own = Term.own.prefix(names.count)
    let others = names.dropFirst(own.count).compactMap { Term(representationTerm: $0) }
    guard names.count == values.count, zip(own, names).allSatisfy({ $0.isCalled($1) }),
      own.count + others.count == names.count
    else {
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
