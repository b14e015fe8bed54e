/// The nearest train rows of each query, nearest first.
public struct Neighbors: Hashable, Sendable {
  /// The query rows, as numbered in their representation.
  public let queries: [Int]
  /// The number of neighbors per query.
  public let k: Int
  /// The train rows, as numbered in their representation: `k` per query, nearest first.
  public let rows: [Int32]
  /// The cosine, or the Euclidean distance, of each.
  public let values: [Float]
  /// The rows of train and queries that have no nearest neighbors, by split and representation.
  public let zeroRows: [ZeroRows]

  /// The neighbors of the query at `position` in ``queries``, nearest first.
  public subscript(position: Int) -> (rows: ArraySlice<Int32>, values: ArraySlice<Float>) {
    (rows[position * k..<(position + 1) * k], values[position * k..<(position + 1) * k])
  }
}
