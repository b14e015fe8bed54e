public import Foundation
public import MVCore

/// A tensor in a file of weights, which is read from the file when its values are asked for.
public struct WeightTensor: Sendable {
  /// The length of each axis; empty for a single number.
  public let shape: [Int]
  /// The type of its values in the file.
  public let element: WeightElement
  /// How far apart neighbors along each axis lie, in values.
  private let strides: [Int]
  /// From the first value on.
  private let bytes: Data

  /// The number of values.
  public var count: Int { shape.reduce(1, *) }

  /// A tensor whose values lie in C order (the last axis varies fastest), little-endian.
  public init(shape: [Int], element: WeightElement, bytes: Data) {
    self.init(shape: shape, strides: Self.contiguous(shape), element: element, bytes: bytes)
  }

  init(shape: [Int], strides: [Int], element: WeightElement, bytes: Data) {
    self.shape = shape
    self.strides = strides
    self.element = element
    self.bytes = bytes
  }

  /// Whether lengths are ones that can be counted with, also where one of them is 0 and the others are of no weight.
  ///
  /// There is room for the sum of a few such tensors, and for their bytes.
  static func isCountable(_ shape: [Int]) -> Bool {
    shape.allSatisfy { $0 >= 0 } && Checked.product(shape.map { max(1, $0) }, times: 64) != nil
  }

  /// The bytes from the first value to the last; nil where they are beyond what can be counted, or a stride is
  /// negative.
  static func extent(shape: [Int], strides: [Int], element: WeightElement) -> Int? {
    var last = 0
    for (length, stride) in zip(shape, strides) {
      guard length >= 0, stride >= 0 else { return nil }
      guard length > 0 else { return 0 }
      guard let step = Checked.product(length - 1, stride), let sum = Checked.sum(last, step) else { return nil }
      last = sum
    }
    return Checked.sum(last, 1).flatMap { Checked.product($0, element.size) }
  }

  /// The values in C order as float32; wider ones are rounded.
  ///
  /// Throws where a finite value is beyond float32.
  public func floats() throws(MVError) -> [Float] {
    switch element {
    case .float64: try narrowed(read(Double.self))
    case .float32: read(Float.self)
    case .float16: read(UInt16.self).map(Self.half)
    case .bfloat16: read(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case .int64: read(Int64.self).map(Float.init)
    case .int32: read(Int32.self).map(Float.init)
    case .int16: read(Int16.self).map(Float.init)
    case .int8: read(Int8.self).map(Float.init)
    case .uint8, .bool: read(UInt8.self).map(Float.init)
    }
  }

  private func narrowed(_ values: [Double]) throws(MVError) -> [Float] {
    let floats = values.map(Float.init)
    if let index = zip(values, floats).enumerated().first(where: { $1.0.isFinite && !$1.1.isFinite })?.offset {
      throw .badData("value \(index)", "is beyond float32: \(values[index])", remedy: "store it as float32")
    }
    return floats
  }

  /// The number that the sixteen bits of a half are, on every processor alike.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }

  private func read<Value: BitwiseCopyable>(_ type: Value.Type) -> [Value] {
    guard count > 0 else { return [] }
    return bytes.withUnsafeBytes { raw in
      let width = MemoryLayout<Value>.size
      if strides == Self.contiguous(shape) {
        return [Value](unsafeUninitializedCapacity: count) { values, initialized in
          UnsafeMutableRawBufferPointer(values).copyMemory(from: .init(rebasing: raw[..<(count * width)]))
          initialized = count
        }
      }
      return Self.places(shape, strides).map { raw.loadUnaligned(fromByteOffset: $0 * width, as: Value.self) }
    }
  }

  /// Where each value lies, in C order.
  private static func places(_ shape: [Int], _ strides: [Int]) -> [Int] {
    zip(shape, strides).reduce([0]) { places, axis in
      places.flatMap { place in (0..<axis.0).map { place + $0 * axis.1 } }
    }
  }

  private static func contiguous(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(1, shape[axis + 1]) }
    return strides
  }
}
