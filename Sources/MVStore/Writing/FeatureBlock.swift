/// A run of rows of one split that is written and marked at a time.
public struct FeatureBlock: Hashable, Sendable {
  /// The split: its place in ``FeatureFilePlan/splits``.
  public let splitIndex: Int
  /// The block's place in the split.
  public let index: Int
  /// Its rows, counted within the split.
  public let rows: Range<Int>
  /// The representations that are not there yet: their places in ``FeatureFilePlan/representations``, rising.
  public let missing: [Int]
}
