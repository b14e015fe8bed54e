internal import MVCore
internal import SystemHDF5

/// An open HDF5 file, group, data set, attribute, type, space or property list, closed with this value.
///
/// It may only be used inside ``HDF5Library/locked(_:)``.
struct HDF5Handle: ~Copyable {
  /// The library's identifier of the object.
  let id: hid_t
  /// The file the object belongs to, for errors.
  let context: HDF5Context

  /// Wraps what an HDF5 call returned; throws, with `problem`, where the call failed.
  init(_ id: hid_t, _ context: HDF5Context, _ problem: @autoclosure () -> String) throws(MVError) {
    self.id = try context.check(id, problem())
    self.context = context
  }

  deinit { H5Idec_ref(id) }

  /// Creates a file, in place of one that is already there; throws where that fails.
  static func creatingFile(_ context: HDF5Context) throws(MVError) -> HDF5Handle {
    let access = try HDF5Handle(mv_h5_create_access(), context, "HDF5 cannot be set up")
    return try HDF5Handle(mv_h5_create_file(context.path, access.id), context, "cannot be created")
  }

  /// Opens a file for reading; throws where that fails.
  static func openingFile(_ context: HDF5Context) throws(MVError) -> HDF5Handle {
    let access = try HDF5Handle(mv_h5_create_access(), context, "HDF5 cannot be set up")
    return try HDF5Handle(mv_h5_open_file(context.path, access.id), context, "cannot be opened")
  }

  /// Creates a group inside this file or group; throws where that fails.
  func creatingGroup(_ name: String) throws(MVError) -> HDF5Handle {
    try HDF5Handle(H5Gcreate2(id, name, 0, 0, 0), context, "cannot hold a group named \(name)")
  }

  /// Opens a group inside this file or group; throws where there is none that can be read.
  func group(_ name: String) throws(MVError) -> HDF5Handle {
    try checkLinks(name, else: "has no readable group \(name)")
    return try HDF5Handle(H5Gopen2(id, name, 0), context, "has no readable group \(name)")
  }

  /// The names of this group's members that do not begin with a dot; throws where the group is unreadable.
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

  /// Whether this group has a member of this name.
  func has(_ name: String) -> Bool { H5Lexists(id, name, 0) > 0 }
}
