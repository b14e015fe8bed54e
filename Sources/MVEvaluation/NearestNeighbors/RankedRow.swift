/// A train row and how near it is.
struct RankedRow: BitwiseCopyable {
  /// The position among the train rows.
  var position: Int32
  /// The cosine, or the squared distance.
  var value: Double
}
