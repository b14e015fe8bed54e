internal import MVCore
internal import SystemHDF5

/// An open HDF5 file, group, data set, attribute, type, space or property list, closed with this value.
///
/// Lives only inside ``HDF5Library/locked(_:)``.
struct HDF5Handle: ~Copyable {
  /// The library's number for it.
  let id: hid_t
  /// The file it belongs to.
  let context: HDF5Context

  /// Takes what an HDF5 call returned; throws where that is no handle.
  init(_ id: hid_t, _ context: HDF5Context, _ problem: @autoclosure () -> String) throws(MVError) {
    self.id = try context.check(id, problem())
    self.context = context
  }

  deinit { H5Idec_ref(id) }

  /// Creates a file in place of what stands at the path.
  static func creatingFile(_ context: HDF5Context) throws(MVError) -> HDF5Handle {
    let access = try HDF5Handle(mv_h5_create_access(), context, "HDF5 cannot be set up")
    return try HDF5Handle(mv_h5_create_file(context.path, access.id), context, "cannot be created")
  }

  /// Opens a file for reading.
  static func openingFile(_ context: HDF5Context) throws(MVError) -> HDF5Handle {
    let access = try HDF5Handle(mv_h5_create_access(), context, "HDF5 cannot be set up")
    return try HDF5Handle(mv_h5_open_file(context.path, access.id), context, "cannot be opened")
  }

  /// Creates a group of this file or group.
  func creatingGroup(_ name: String) throws(MVError) -> HDF5Handle {
    try HDF5Handle(H5Gcreate2(id, name, 0, 0, 0), context, "cannot hold a group named \(name)")
  }

  /// Opens a group of this file or group.
  func group(_ name: String) throws(MVError) -> HDF5Handle {
    try HDF5Handle(H5Gopen2(id, name, 0), context, "has no readable group \(name)")
  }

  /// The names of the members of this group whose names do not begin with a dot.
  func memberNames() throws(MVError) -> [String] {
    var info = H5G_info_t()
    try context.check(H5Gget_info(id, &info), "has an unreadable group")
    var names: [String] = []
    for index in 0..<info.nlinks {
      let length = try context.check(
        H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, 0), "has an unreadable group")
      var bytes = [CChar](repeating: 0, count: length + 1)
      try context.check(
        H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, bytes.count, 0),
        "has an unreadable group"
      )
      let name = String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// Whether this group has a member of that name.
  func has(_ name: String) -> Bool { H5Lexists(id, name, 0) > 0 }
}
