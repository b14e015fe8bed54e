/// A run of rows of one split that is written and marked at a time.
public struct FeatureBlock: Hashable, Sendable {
  /// The split.
  public let split: String
  /// The block's place in the split.
  public let index: Int
  /// Its rows.
  public let rows: Range<Int>
  /// The representations that are not there yet, in the order of the plan.
  public let missing: [String]
}
