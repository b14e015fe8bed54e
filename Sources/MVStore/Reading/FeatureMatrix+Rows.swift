internal import Foundation

extension FeatureMatrix {
  /// The rows at `kept`, which must be in order, without a copy.
  ///
  /// Memory for it grows with the number of gaps, not of rows: it is for leaving out a few.
  package func keeping(_ kept: [Int]) -> FeatureMatrix {
    if let projection { return projection.base.keeping(kept).projected(to: columns, projection.apply) }
    var parts: [Piece] = []
    let rowBytes = columns * element.size
    var count = 0
    func add(_ run: Range<Int>) {
      for piece in pieces where piece.rows.overlaps(run) {
        let part = run.clamped(to: piece.rows)
        let start = piece.bytes.startIndex + (part.lowerBound - piece.rows.lowerBound) * rowBytes
        parts.append(
          Piece(rows: count..<count + part.count, bytes: piece.bytes[start..<start + part.count * rowBytes]))
        count += part.count
      }
    }
    var start = 0
    while start < kept.count {
      var end = start + 1
      while end < kept.count, kept[end] == kept[end - 1] + 1 { end += 1 }
      precondition(start == 0 || kept[start] > kept[start - 1], "the rows are not in order")
      add(kept[start]..<kept[end - 1] + 1)
      start = end
    }
    if parts.isEmpty { parts = [Piece(rows: 0..<0, bytes: Data())] }
    return FeatureMatrix(name: name, shape: shape, element: element, pieces: parts)
  }
}
