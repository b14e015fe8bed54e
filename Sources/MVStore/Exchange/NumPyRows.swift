internal import CKernels
internal import Foundation
internal import MVCore
internal import MVFiles

/// The rows of a NumPy array.
struct NumPyRows: ForeignRows {
  let subject: String
  private let array: NumPyArray

  init(_ path: String) throws(MVError) {
    subject = path
    array = try NumPyArray(contentsOf: URL(filePath: path))
  }

  var shape: [Int] { array.shape }
  var isHalf: Bool { array.element == .float16 }

  func copy(_ rows: Range<Int>, into values: UnsafeMutableBufferPointer<Float>) throws(MVError) {
    let columns = shape.dropFirst().reduce(1, *)
    let range = rows.lowerBound * columns..<rows.upperBound * columns
    precondition(values.count == range.count, "the memory does not fit the rows")
    switch array.element {
    case .uint8: convert(try array.values(range, as: UInt8.self), values)
    case .int32: convert(try array.values(range, as: Int32.self), values)
    case .int64: convert(try array.values(range, as: Int64.self), values)
    case .float64:
      try narrow(try array.values(range, as: Double.self), from: rows.lowerBound, into: values)
    case .float32: _ = values.update(from: try array.values(range, as: Float.self))
    case .float16:
      array.bytes.withUnsafeBytes {
        mvk_float16_to_float32($0.baseAddress! + 2 * range.lowerBound, values.baseAddress!, range.count)
      }
    }
  }

  private func convert<Value: BinaryInteger>(_ source: [Value], _ values: UnsafeMutableBufferPointer<Float>) {
    for (place, value) in source.enumerated() { values[place] = Float(value) }
  }

  func integers() throws(MVError) -> [Int64] {
    switch array.element {
    case .uint8: try array.values(as: UInt8.self).map { Int64($0) }
    case .int32: try array.values(as: Int32.self).map { Int64($0) }
    case .int64: try array.values(as: Int64.self)
    default:
      throw .badData(subject, "does not hold whole numbers", remedy: "convert it with numpy's .astype('int64')")
    }
  }
}
