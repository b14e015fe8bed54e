internal import MVCore

/// Rows of numbers in a file of another program, read block by block.
protocol ForeignRows: Sendable {
  /// The file and the data set within it, as errors name them.
  var subject: String { get }
  /// The length of each axis; the first is the rows.
  var shape: [Int] { get }
  /// Whether the values are float16, which an import then keeps.
  var isHalf: Bool { get }
  /// Copies `rows` as float32 into memory that holds exactly these.
  ///
  /// Throws where they cannot be read, and, with the row, where a finite value is beyond the range of float32.
  func copy(_ rows: Range<Int>, into values: UnsafeMutableBufferPointer<Float>) throws(MVError)
  /// All values as whole numbers; throws where they are of another type.
  func integers() throws(MVError) -> [Int64]
}

extension ForeignRows {
  /// Copies doubles, which begin with the row `first`, as float32; throws, with the row, for one beyond its range.
  func narrow(
    _ source: [Double], from first: Int, into values: UnsafeMutableBufferPointer<Float>
  ) throws(MVError) {
    for (place, value) in source.enumerated() {
      values[place] = Float(value)
      guard values[place].isInfinite, value.isFinite else { continue }
      throw .badData(
        "\(subject) row", "holds \(value), beyond the range of float32",
        remedy: "scale the array, or leave out what is not real",
        row: first + place / max(1, shape.dropFirst().reduce(1, *)))
    }
  }
}
