internal import Foundation
internal import MVCore
internal import SystemHDF5

/// Texts in rows of equally many bytes, filled up with zeros: how HDF5 stores them, and how they are kept in memory.
struct PackedStrings: RandomAccessCollection, Hashable, Sendable {
  /// How many texts there are.
  let count: Int
  /// Bytes a text; at least 1.
  let width: Int
  /// `count * width` bytes.
  let bytes: Data

  /// Packs texts.
  init(_ texts: [String]) {
    let width = Swift.max(1, texts.reduce(0) { Swift.max($0, $1.utf8.count) })
    var bytes = Data(count: texts.count * width)
    bytes.withUnsafeMutableBytes { buffer in
      for (row, text) in texts.enumerated() {
        var text = text
        text.withUTF8 { UnsafeMutableRawBufferPointer(rebasing: buffer[(row * width)...]).copyMemory(from: .init($0)) }
      }
    }
    self.count = texts.count
    self.width = width
    self.bytes = bytes
  }

  /// Takes bytes that are packed already.
  init(count: Int, width: Int, bytes: Data) {
    precondition(width > 0 && bytes.count == count * width, "the bytes do not fill the texts")
    self.count = count
    self.width = width
    self.bytes = bytes
  }

  /// Reads `count` texts of an HDF5 `type`; `read` fills memory of the type it is given.
  init(
    count: Int, type: borrowing HDF5Handle, space: borrowing HDF5Handle, of what: String,
    read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(MVError) {
    let context = type.context
    guard count >= 0, H5Tget_class(type.id) == H5T_STRING else { throw context.failure("\(what) is not text") }
    if H5Tis_variable_str(type.id) > 0 {
      let memory = try HDF5Handle(mv_h5_create_text(0), context, "\(what) is unreadable")
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: Swift.max(count, 1))
      let status = pointers.withUnsafeMutableBytes { read(memory.id, $0.baseAddress!) }
      try context.check(status, "\(what) is unreadable")
      self.init(pointers.prefix(count).map { $0.map { String(cString: $0) } ?? "" })
      pointers.withUnsafeMutableBytes { _ = H5Dvlen_reclaim(memory.id, space.id, 0, $0.baseAddress!) }
    } else {
      let width = H5Tget_size(type.id)
      guard width > 0, width <= 1 << 20, count <= 1 << 40 / width else {
        throw context.failure("\(what) is unreasonably long")
      }
      let memory = try HDF5Handle(mv_h5_create_text(width), context, "\(what) is unreadable")
      // A text type must agree in its character set too, or HDF5 refuses to convert.
      try context.check(H5Tset_cset(memory.id, H5Tget_cset(type.id)), "\(what) is unreadable")
      var bytes = Data(count: Swift.max(1, count) * width)
      let status = bytes.withUnsafeMutableBytes { read(memory.id, $0.baseAddress!) }
      try context.check(status, "\(what) is unreadable")
      self.init(count: count, width: width, bytes: count == 0 ? Data() : bytes)
    }
  }

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  /// The text of one row, without the zeros at its end.
  subscript(row: Int) -> String {
    precondition((0..<count).contains(row), "text \(row) of \(count)")
    let start = bytes.startIndex + row * width
    let text = bytes[start..<start + width]
    return String(decoding: text.prefix(upTo: (text.lastIndex { $0 != 0 } ?? start - 1) + 1), as: UTF8.self)
  }
}
