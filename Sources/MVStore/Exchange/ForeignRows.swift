internal import MVCore

/// Rows of numbers in a file of another program, read a few at a time.
protocol ForeignRows: Sendable {
  /// The file, and the data set within it, for errors.
  var subject: String { get }
  /// The length of each axis, rows first.
  var shape: [Int] { get }
  /// Whether the values are float16, which is then kept.
  var isHalf: Bool { get }
  /// Copies `rows`, as float32, into memory that holds them exactly.
  func copy(_ rows: Range<Int>, into values: UnsafeMutableBufferPointer<Float>) throws(MVError)
  /// Every value; throws where they are not whole numbers.
  func integers() throws(MVError) -> [Int64]
}
