internal import MVCore
internal import SystemHDF5

extension PackedStrings {
  /// Reads `count` texts of an HDF5 `type` of a file that holds `stored` bytes.
  ///
  /// `read` fills memory of the type that it is given, by the transfer that it is given. Throws where that fails, and
  /// where the texts are longer than what the file holds.
  init(
    count: Int, type: borrowing HDF5Handle, space: borrowing HDF5Handle, of what: String, stored: Int,
    read: (hid_t, hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(MVError) {
    let context = type.context
    guard count >= 0, H5Tget_class(type.id) == H5T_STRING else { throw context.failure("\(what) is not text") }
    if H5Tis_variable_str(type.id) > 0 {
      let texts = try Self.variable(count, space, context, of: what, stored: stored, read: read)
      if let (row, bytes) = PackedStrings.excess(in: texts) {
        throw MVError(
          context.kind, context.path, "\(what) holds a text of \(bytes) bytes, at \(row), among \(count)",
          remedy: "shorten it: all texts take as much as the longest")
      }
      self.init(texts)
    } else {
      let width = H5Tget_size(type.id)
      guard width > 0, width <= 1 << 20, let bytes = Checked.product(count, Int(width)), bytes <= 1 << 40 else {
        throw context.failure("\(what) is unreasonably long")
      }
      let memory = try HDF5Handle(mv_h5_create_text(width), context, "\(what) is unreadable")
      // The character set of a text type must match too, or HDF5 refuses to convert.
      try context.check(H5Tset_cset(memory.id, H5Tget_cset(type.id)), "\(what) is unreadable")
      var status: herr_t = 0
      self.init(count: count, width: Int(width)) { buffer in
        if let base = buffer.baseAddress, count > 0 { status = read(memory.id, 0, base) }
      }
      try context.check(status, "\(what) is unreadable")
    }
  }

  /// Reads texts of any length.
  private static func variable(
    _ count: Int, _ space: borrowing HDF5Handle, _ context: HDF5Context, of what: String, stored: Int,
    read: (hid_t, hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(MVError) -> [String] {
    let type = try HDF5Handle(mv_h5_create_text(0), context, "\(what) is unreadable")
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: Swift.max(count, 1))
    // A file may name one text many times: together they are no longer than the file, each with a byte at its end.
    let left = Checked.sum(stored, count) ?? .max
    let memory = UnsafeMutablePointer<mv_h5_text_memory>.allocate(capacity: 1)
    memory.initialize(to: mv_h5_text_memory(left: left))
    defer { memory.deallocate() }
    let transfer = try HDF5Handle(mv_h5_create_text_transfer(memory), context, "HDF5 cannot be set up")
    let status = pointers.withUnsafeMutableBytes { read(type.id, transfer.id, $0.baseAddress!) }
    guard status >= 0 || memory.pointee.left > 0 else { throw context.failure("\(what) is longer than the file") }
    try context.check(status, "\(what) is unreadable")
    let texts = pointers.prefix(count).map { $0.map { String(cString: $0) } ?? "" }
    pointers.withUnsafeMutableBytes { _ = H5Dvlen_reclaim(type.id, space.id, transfer.id, $0.baseAddress!) }
    return texts
  }
}
