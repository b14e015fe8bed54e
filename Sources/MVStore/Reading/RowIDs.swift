/// Where each row of a split came from; texts are made as they are asked for.
public struct RowIDs: RandomAccessCollection, Hashable, Sendable {
  let packed: PackedStrings

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { packed.count }
  /// Where one row came from.
  public subscript(row: Int) -> String { packed[row] }
}
