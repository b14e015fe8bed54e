internal import CKernels
public import Foundation
public import MVCore

/// The rows of one representation of one split, mapped from a feature file or held in memory.
///
/// Reading copies the values and widens float16; nothing is decoded or cached. Several threads may read at once.
public struct FeatureMatrix: Sendable {
  /// The representation's name in the file, for messages.
  public let name: String
  /// The number of rows.
  public let rows: Int
  /// The number of values per row: the product of ``shape``.
  public let columns: Int
  /// The shape of one row.
  public let shape: [Int]
  /// The type in which values are stored.
  public let element: ElementType
  /// The rows, in one piece of memory or in several that follow one another; empty where they are made of others.
  let pieces: [Piece]
  /// What the rows are made of, where they do not lie in memory.
  var projection: Projection?

  /// Rows that follow one another in memory.
  struct Piece: Sendable {
    let rows: Range<Int>
    let bytes: Data
  }

  /// Writes what becomes of a row.
  package typealias RowProjection =
    @Sendable (_ row: UnsafeBufferPointer<Float>, _ result: UnsafeMutableBufferPointer<Float>) -> Void

  /// Rows that are made of others as they are read.
  final class Projection: Sendable {
    let base: FeatureMatrix
    let apply: RowProjection

    init(_ base: FeatureMatrix, _ apply: @escaping RowProjection) {
      self.base = base
      self.apply = apply
    }

    func copyRow(_ row: Int, into values: UnsafeMutableBufferPointer<Float>) {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: base.columns) { whole in
        base.copyRows(row..<row + 1, into: whole)
        apply(UnsafeBufferPointer(whole), values)
      }
    }
  }

  /// The same rows with `columns` values each, which `apply` makes of a row whenever it is read; nothing is kept.
  package func projected(to columns: Int, _ apply: @escaping RowProjection) -> FeatureMatrix {
    FeatureMatrix(name: name, rows: rows, columns: columns, projection: Projection(self, apply))
  }

  private init(name: String, rows: Int, columns: Int, projection: Projection) {
    self.name = name
    self.rows = rows
    self.columns = columns
    self.projection = projection
    shape = [columns]
    element = .float32
    pieces = []
  }

  /// Uses `bytes` as rows of `shape`; it must hold exactly `rows` of them, little-endian.
  public init(name: String, rows: Int, shape: [Int], element: ElementType, bytes: Data) {
    self.init(name: name, shape: shape, element: element, pieces: [Piece(rows: 0..<rows, bytes: bytes)])
  }

  /// Uses pieces as rows; they must follow one another, beginning with row 0.
  init(name: String, shape: [Int], element: ElementType, pieces: [Piece]) {
    self.name = name
    self.shape = shape
    self.columns = shape.reduce(1, *)
    self.element = element
    self.pieces = pieces
    var rows = 0
    for piece in pieces {
      precondition(piece.rows.lowerBound == rows, "the pieces do not follow one another")
      precondition(piece.bytes.count == piece.rows.count * columns * element.size, "the bytes do not fill the rows")
      rows = piece.rows.upperBound
    }
    self.rows = rows
  }

  /// Copies a matrix into memory of its own.
  public init(_ matrix: Matrix, name: String = "features") {
    self.init(
      name: name, rows: matrix.rows, shape: [matrix.columns], element: .float32,
      bytes: matrix.values.withUnsafeBytes { Data($0) })
  }

  /// Copies the rows at positions `range`, row after row, into `values`, which must hold exactly that many values.
  public func copyRows(_ range: Range<Int>, into values: UnsafeMutableBufferPointer<Float>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    precondition(values.count == range.count * columns, "the buffer does not fit the rows")
    guard let target = values.baseAddress, !range.isEmpty, columns > 0 else { return }
    if let projection {
      for (place, row) in range.enumerated() {
        projection.copyRow(row, into: UnsafeMutableBufferPointer(start: target + place * columns, count: columns))
      }
      return
    }
    for piece in pieces where piece.rows.overlaps(range) {
      let part = range.clamped(to: piece.rows)
      piece.bytes.withUnsafeBytes {
        copy(
          $0, from: part.lowerBound - piece.rows.lowerBound, count: part.count,
          to: target + (part.lowerBound - range.lowerBound) * columns)
      }
    }
  }

  /// Copies the rows at `indices`, in that order, into `values`, which must hold exactly that many values.
  public func copyRows(at indices: [Int], into values: UnsafeMutableBufferPointer<Float>) {
    precondition(values.count == indices.count * columns, "the buffer does not fit the rows")
    guard columns > 0, let target = values.baseAddress else { return }
    if let projection {
      for (place, row) in indices.enumerated() {
        precondition((0..<rows).contains(row), "row \(row) of \(rows)")
        projection.copyRow(row, into: UnsafeMutableBufferPointer(start: target + place * columns, count: columns))
      }
      return
    }
    guard pieces.count == 1 else { return copyRows(at: indices, ofPiecesTo: target) }
    pieces[0].bytes.withUnsafeBytes { raw in
      for (place, row) in indices.enumerated() {
        precondition((0..<rows).contains(row), "row \(row) of \(rows)")
        copy(raw, from: row, count: 1, to: target + place * columns)
      }
    }
  }

  private func copyRows(at indices: [Int], ofPiecesTo target: UnsafeMutablePointer<Float>) {
    for (place, row) in indices.enumerated() {
      precondition((0..<rows).contains(row), "row \(row) of \(rows)")
      // Finds the first piece that ends after the row, by halving.
      var (low, high) = (0, pieces.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if pieces[middle].rows.upperBound > row { high = middle } else { low = middle + 1 }
      }
      let piece = pieces[low]
      piece.bytes.withUnsafeBytes {
        copy($0, from: row - piece.rows.lowerBound, count: 1, to: target + place * columns)
      }
    }
  }

  /// Calls `body` with a pointer to all rows as they lie in memory, row after row, without a copy.
  ///
  /// Returns nil, without calling `body`, unless the rows are float32, aligned and in one piece.
  public func withStoredRows<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result? {
    guard element == .float32, pieces.count == 1 else { return nil }
    return pieces[0].bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 else { return nil }
      return body(base.assumingMemoryBound(to: Float.self))
    }
  }

  /// The rows at `indices`, in that order: indices x ``columns``.
  public func matrix(at indices: [Int]) -> Matrix {
    Matrix(
      rows: indices.count, columns: columns,
      values: [Float](unsafeUninitializedCapacity: indices.count * columns) { buffer, count in
        copyRows(at: indices, into: UnsafeMutableBufferPointer(rebasing: buffer[..<(indices.count * columns)]))
        count = indices.count * columns
      })
  }

  /// The rows at positions `range`: rows x ``columns``.
  public func matrix(_ range: Range<Int>) -> Matrix {
    Matrix(
      rows: range.count, columns: columns,
      values: [Float](unsafeUninitializedCapacity: range.count * columns) { buffer, count in
        copyRows(range, into: UnsafeMutableBufferPointer(rebasing: buffer[..<(range.count * columns)]))
        count = range.count * columns
      })
  }

  /// All rows: ``rows`` x ``columns``.
  public var matrix: Matrix { matrix(0..<rows) }

  private func copy(_ raw: UnsafeRawBufferPointer, from row: Int, count: Int, to target: UnsafeMutablePointer<Float>) {
    let source = raw.baseAddress! + row * columns * element.size
    switch element {
    case .float32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count * columns * 4)
    case .float16: mvk_float16_to_float32(source, target, count * columns)
    }
  }
}
