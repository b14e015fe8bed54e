/// A block of rows of one split: the unit that is written and marked as done.
public struct FeatureBlock: Hashable, Sendable {
  /// The split: its place in ``FeatureFilePlan/splits``.
  public let splitIndex: Int
  /// The block's number in the split, from 0.
  public let index: Int
  /// The positions of the block's rows in the split.
  public let rows: Range<Int>
  /// The representations that are still missing, in the order of the plan.
  public let missing: [Int]
}
