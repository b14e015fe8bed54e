/// The terms of the MV-MR loss, unweighted, and their weighted sum.
public struct LossTerms: Hashable, Sendable, Codable {
  /// `mse`, `std`, `dc_zz`, then `dc_<representation>` for each.
  public let names: [String]
  /// One value a name.
  public var values: [Double]
  /// The weighted sum that is minimized.
  public var total: Double

  /// Creates terms; one value a name.
  public init(names: [String], values: [Double], total: Double) {
    precondition(names.count == values.count, "one value a term")
    self.names = names
    self.values = values
    self.total = total
  }

  /// The value of one term.
  public subscript(name: String) -> Double? { names.firstIndex(of: name).map { values[$0] } }

  /// The first term that is not a finite number.
  public var firstNotFinite: String? {
    zip(names, values).first { !$0.1.isFinite }?.0 ?? (total.isFinite ? nil : "total")
  }

  mutating func add(_ other: LossTerms) {
    for index in values.indices { values[index] += other.values[index] }
    total += other.total
  }

  func divided(by count: Double) -> LossTerms {
    LossTerms(names: names, values: values.map { $0 / count }, total: total / count)
  }
}
