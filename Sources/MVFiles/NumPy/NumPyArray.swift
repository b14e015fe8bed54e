public import Foundation
public import MVCore

/// An array in a NumPy `.npy` file (format versions 1 to 3).
public struct NumPyArray: Sendable {
  /// The type of one element; the raw value is NumPy's name of it.
  public enum Element: String, Sendable, CaseIterable {
    /// An unsigned byte.
    case uint8 = "|u1"
    /// A signed 32-bit whole number, little-endian.
    case int32 = "<i4"
    /// A signed 64-bit whole number, little-endian.
    case int64 = "<i8"
    /// A half-precision number, little-endian.
    case float16 = "<f2"
    /// A single-precision number, little-endian.
    case float32 = "<f4"
    /// A double-precision number, little-endian.
    case float64 = "<f8"

    /// The type that a header names; a single byte has no order, whatever the header says of it.
    init?(descriptor: String) {
      self.init(rawValue: descriptor.hasSuffix("u1") && descriptor.count <= 3 ? "|u1" : descriptor)
    }

    /// Bytes per element.
    public var size: Int {
      switch self {
      case .uint8: 1
      case .float16: 2
      case .int32, .float32: 4
      case .int64, .float64: 8
      }
    }
  }

  /// The type of one element.
  public let element: Element
  /// The length of each axis, slowest first (C order).
  public let shape: [Int]
  /// All elements as bytes, mapped from the file: little-endian, in C order.
  public let bytes: Data
  private let subject: String

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Opens a file; throws where it is missing, is not an `.npy` file, is in Fortran order, or is cut off.
  public init(contentsOf url: URL) throws(MVError) {
    let path = url.path
    let data = try WholeFile.mapped(url)
    func bad(_ problem: String, _ remedy: String = "save it again with numpy.save") -> MVError {
      .badData(path, problem, remedy: remedy)
    }
    guard data.count >= 12, data.prefix(6).elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw bad("is not a NumPy .npy file")
    }
    let long = data[data.startIndex + 6] >= 2
    let lengthBytes = data.dropFirst(8).prefix(long ? 4 : 2)
    let headerLength = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthBytes.count + headerLength
    guard start <= data.count else { throw bad("is cut off in its header") }
    let header = String(decoding: data.dropFirst(start - headerLength).prefix(headerLength), as: UTF8.self)
    // What Python 2 wrote is read as NumPy reads it: texts may be u'...', and long whole numbers end in L.
    guard let descriptor = header.firstMatch(of: /['"]descr['"] *: *u?['"]([^'"]*)['"]/)?.1,
      let order = header.firstMatch(of: /['"]fortran_order['"] *: *(True|False)/)?.1,
      let axes = header.firstMatch(of: /['"]shape['"] *: *\(([0-9, L]*)\)/)?.1
    else { throw bad("has a header that cannot be read") }
    guard let element = Element(descriptor: String(descriptor)) else {
      throw bad(
        "holds elements of type \(descriptor)",
        "convert it with .astype to one of uint8, int32, int64, float16, float32, float64")
    }
    guard order == "False" else {
      throw bad("is in Fortran order", "save numpy.ascontiguousarray of it")
    }
    let lengths = axes.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    let shape = lengths.compactMap { Int($0.hasSuffix("L") ? $0.dropLast() : $0[...]) }
    guard let size = Checked.product(shape, times: element.size) else { throw bad("has an impossible shape") }
    guard shape.count == lengths.count else { throw bad("has a shape that cannot be read: (\(axes))") }
    guard data.count - start == size else {
      throw bad("holds \(data.count - start) bytes of data, its header promises \(size)")
    }
    self.element = element
    self.shape = shape
    self.bytes = data.dropFirst(start)
    self.subject = path
  }

  /// Reads the elements at positions `range`, in C order; all of them where `range` is nil.
  ///
  /// Throws where `Value` is not the element type, or where the file cannot be read.
  public func values<Value: BitwiseCopyable>(
    _ range: Range<Int>? = nil, as type: Value.Type
  ) throws(MVError) -> [Value] {
    let matches =
      switch element {
      case .uint8: type == UInt8.self
      case .int32: type == Int32.self
      case .int64: type == Int64.self
      case .float16: type == Float16.self
      case .float32: type == Float.self
      case .float64: type == Double.self
      }
    guard matches else {
      throw .badData(subject, "holds \(element), not \(type)", remedy: "convert it with numpy's .astype")
    }
    let range = range ?? 0..<count
    let size = element.size
    // Read, not copied from the map: mapped pages count as this process's memory, whatever the size of the file.
    let file = open(subject, O_RDONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    let wanted = range.count * size
    var done = 0
    let values = try LargeArray.make(range.count, for: subject) {
      (buffer: UnsafeMutableBufferPointer<Value>) throws(MVError) in
      let target = UnsafeMutableRawBufferPointer(buffer)
      while file >= 0, done < wanted {
        let place = bytes.startIndex + range.lowerBound * size + done
        let count = pread(file, target.baseAddress! + done, min(wanted - done, 1 << 30), off_t(place))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        done += count
      }
      guard done == wanted else {
        throw MVError.inputOutput(subject, "cannot be read, or was cut while it was", remedy: "check the file")
      }
    }
    return values
  }
}

extension NumPyArray {
  /// The header of an `.npy` file (format version 1), for those who write the elements after it piece by piece.
  public static func header(shape: [Int], element: Element) -> Data {
    let axes = shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(axes)), }"
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var data = Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    data.append(contentsOf: [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
    data.append(contentsOf: header.utf8)
    return data
  }

  /// Writes `values` of `shape` to `url`, whole or not at all; throws where the file cannot be written.
  public static func write<Value: BitwiseCopyable>(
    _ values: [Value], shape: [Int], element: Element, to url: URL
  ) throws(MVError) {
    precondition(MemoryLayout<Value>.stride == element.size && values.count == shape.reduce(1, *))
    var data = header(shape: shape, element: element)
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    try AtomicFile.write(data, to: url)
  }
}
