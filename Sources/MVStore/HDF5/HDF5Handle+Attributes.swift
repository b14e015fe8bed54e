internal import Foundation
internal import MVCore
internal import SystemHDF5

extension HDF5Handle {
  /// Writes a text of fixed length, because HDF5 keeps no checksum of texts of variable length; throws where that
  /// fails.
  func setAttribute(_ name: String, _ text: String) throws(MVError) {
    let packed = PackedStrings([text])
    let space = try HDF5Handle(H5Screate(H5S_SCALAR), context, "attribute \(name) cannot be written")
    try write(packed, name, space)
  }

  /// Writes a list of texts; throws where that fails.
  func setAttribute(_ name: String, _ texts: [String]) throws(MVError) {
    var count = hsize_t(texts.count)
    let space = try HDF5Handle(H5Screate_simple(1, &count, nil), context, "attribute \(name) cannot be written")
    try write(PackedStrings(texts), name, space)
  }

  /// Writes a whole number; throws where that fails.
  func setAttribute(_ name: String, _ value: Int) throws(MVError) {
    let space = try HDF5Handle(H5Screate(H5S_SCALAR), context, "attribute \(name) cannot be written")
    let attribute = try HDF5Handle(
      H5Acreate2(id, name, mv_h5_int64(), space.id, 0, 0), context, "attribute \(name) cannot be written")
    var stored = Int64(value).littleEndian
    try context.check(H5Awrite(attribute.id, mv_h5_int64(), &stored), "attribute \(name) cannot be written")
  }

  private func write(_ texts: PackedStrings, _ name: String, _ space: borrowing HDF5Handle) throws(MVError) {
    let type = try HDF5Handle(mv_h5_create_text(texts.width), context, "attribute \(name) cannot be written")
    let attribute = try HDF5Handle(
      H5Acreate2(id, name, type.id, space.id, 0, 0), context, "attribute \(name) cannot be written")
    guard texts.count > 0 else { return }
    let status = texts.bytes.withUnsafeBytes { H5Awrite(attribute.id, type.id, $0.baseAddress) }
    try context.check(status, "attribute \(name) cannot be written")
  }

  /// Whether there is an attribute of this name.
  func hasAttribute(_ name: String) -> Bool { H5Aexists(id, name) > 0 }

  /// Reads a whole number; throws where the attribute is missing or not one number.
  func integer(_ name: String) throws(MVError) -> Int {
    let attribute = try HDF5Handle(H5Aopen(id, name, 0), context, "has no attribute \(name)")
    let space = try HDF5Handle(H5Aget_space(attribute.id), context, "attribute \(name) is unreadable")
    guard H5Sget_simple_extent_npoints(space.id) == 1 else {
      throw context.failure("attribute \(name) is not one number")
    }
    var value: Int64 = 0
    try context.check(H5Aread(attribute.id, mv_h5_int64(), &value), "attribute \(name) is not a number")
    return Int(Int64(littleEndian: value))
  }

  /// Reads a text; throws where the attribute is missing or not one text.
  func text(_ name: String) throws(MVError) -> String {
    let texts = try texts(name)
    guard texts.count == 1 else { throw context.failure("attribute \(name) is not one text") }
    return texts[0]
  }

  /// Reads a list of texts of fixed or variable length; throws where the attribute is missing or unreadable.
  func texts(_ name: String) throws(MVError) -> [String] {
    let attribute = try HDF5Handle(H5Aopen(id, name, 0), context, "has no attribute \(name)")
    let space = try HDF5Handle(H5Aget_space(attribute.id), context, "attribute \(name) is unreadable")
    let type = try HDF5Handle(H5Aget_type(attribute.id), context, "attribute \(name) is unreadable")
    let count = Int(H5Sget_simple_extent_npoints(space.id))
    // What an attribute holds stands in the file as it is.
    let most = mv_h5_file_size(attribute.id)
    guard let bytes = Checked.product(count, Int(clamping: H5Tget_size(type.id))), bytes <= most else {
      throw context.failure("attribute \(name) is unreasonably long")
    }
    let packed = try PackedStrings(
      count: count, type: type, space: space, of: "attribute \(name)", stored: Int(most)
    ) { type, _, target in H5Aread(attribute.id, type, target) }
    return Array(packed)
  }
}
