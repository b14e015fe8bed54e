internal import MVCore

/// Rows of numbers in a file of another program, read block by block.
protocol ForeignRows: Sendable {
  /// The file and the data set within it, as errors name them.
  var subject: String { get }
  /// The length of each axis; the first is the rows.
  var shape: [Int] { get }
  /// Whether the values are float16, which an import then keeps.
  var isHalf: Bool { get }
  /// Copies `rows` as float32 into memory that holds exactly these; throws where they cannot be read.
  func copy(_ rows: Range<Int>, into values: UnsafeMutableBufferPointer<Float>) throws(MVError)
  /// All values as whole numbers; throws where they are of another type.
  func integers() throws(MVError) -> [Int64]
}
