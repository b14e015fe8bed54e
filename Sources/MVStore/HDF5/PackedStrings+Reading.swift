internal import MVCore
internal import SystemHDF5

extension PackedStrings {
  /// Reads `count` texts of an HDF5 `type`: `read` fills memory of the type it is given.
  ///
  /// Throws where that fails.
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
      // The character set of a text type must match too, or HDF5 refuses to convert.
      try context.check(H5Tset_cset(memory.id, H5Tget_cset(type.id)), "\(what) is unreadable")
      var status: herr_t = 0
      self.init(count: count, width: width) { buffer in
        if let base = buffer.baseAddress, count > 0 { status = read(memory.id, base) }
      }
      try context.check(status, "\(what) is unreadable")
    }
  }
}
