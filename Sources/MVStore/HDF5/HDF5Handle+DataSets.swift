internal import Foundation
internal import MVCore
internal import SystemHDF5

extension HDF5Handle {
  /// Creates a contiguous data set, allocated at once, and filled with zeros only if `zeroed`; throws where that fails.
  func creatingDataSet(_ name: String, type: hid_t, shape: [Int], zeroed: Bool = false) throws(MVError) -> HDF5Handle {
    let problem = "cannot hold a data set named \(name)"
    let list = try HDF5Handle(mv_h5_create_contiguous(zeroed ? 1 : 0), context, problem)
    let space = try HDF5Handle(H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil), context, problem)
    return try HDF5Handle(H5Dcreate2(id, name, type, space.id, 0, list.id, 0), context, problem)
  }

  /// Creates a data set of shuffled and deflated chunks of `chunkRows` rows; throws where that fails.
  func creatingPackedDataSet(_ name: String, type: hid_t, shape: [Int], chunkRows: Int) throws(MVError) -> HDF5Handle {
    let problem = "cannot hold a data set named \(name)"
    let chunk = [hsize_t(chunkRows)] + shape.dropFirst().map { hsize_t($0) }
    let list = try HDF5Handle(mv_h5_create_packed(Int32(chunk.count), chunk), context, problem)
    let space = try HDF5Handle(H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil), context, problem)
    return try HDF5Handle(H5Dcreate2(id, name, type, space.id, 0, list.id, 0), context, problem)
  }

  /// Creates a data set whose rows are those of the data sets called `source` in other files, in order.
  ///
  /// Programs that read through HDF5 see NaN where a file is missing. Throws where the data set cannot be created.
  func creatingVirtualDataSet(
    _ name: String, type: hid_t, shape: [Int], parts: [(file: String, rows: Int)], source: String
  ) throws(MVError) -> HDF5Handle {
    let problem = "cannot hold a data set named \(name)"
    let list = try HDF5Handle(mv_h5_create_virtual(), context, problem)
    let space = try HDF5Handle(H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil), context, problem)
    var begin = 0
    for part in parts {
      var start = [hsize_t](repeating: 0, count: shape.count)
      var count = shape.map { hsize_t($0) }
      start[0] = hsize_t(begin)
      count[0] = hsize_t(part.rows)
      let there = try HDF5Handle(H5Screate_simple(Int32(count.count), count, nil), context, problem)
      try context.check(H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, count, nil), problem)
      // HDF5 takes a percent sign as the place of a number.
      let file = part.file.replacing("%", with: "%%")
      let name = source.replacing("%", with: "%%")
      try context.check(H5Pset_virtual(list.id, space.id, file, name, there.id), problem)
      begin += part.rows
    }
    try context.check(H5Sselect_all(space.id), problem)
    return try HDF5Handle(H5Dcreate2(id, name, type, space.id, 0, list.id, 0), context, problem)
  }

  /// Writes all of this data set; throws where that fails.
  func write(_ bytes: RawSpan, type: hid_t) throws(MVError) {
    // Of no bytes there is no address, which HDF5 does not take.
    guard bytes.byteCount > 0 else { return }
    let status = bytes.withUnsafeBytes { H5Dwrite(id, type, 0, 0, 0, $0.baseAddress) }
    try context.check(status, "cannot be written")
  }

  /// Opens a data set of this group; throws where there is none that can be read, or where its bytes are elsewhere.
  ///
  /// A virtual one is opened: whoever reads it must know of what it may be joined.
  func dataSet(_ name: String) throws(MVError) -> HDF5Handle {
    try checkLinks(name, else: "has no readable data set \(name)")
    let set = try HDF5Handle(H5Dopen2(id, name, 0), context, "has no readable data set \(name)")
    guard mv_h5_external_count(set.id) == 0 else { throw context.elsewhere("keeps \(name) in files of its own") }
    return set
  }

  /// The shape of this data set, which errors call `name`; throws where it is unreadable or unreasonably large.
  func shape(_ name: String) throws(MVError) -> [Int] {
    let space = try HDF5Handle(H5Dget_space(id), context, "\(name) is unreadable")
    let rank = try context.check(H5Sget_simple_extent_ndims(space.id), "\(name) is unreadable")
    var lengths = [hsize_t](repeating: 0, count: Int(rank) + 1)
    try context.check(H5Sget_simple_extent_dims(space.id, &lengths, nil), "\(name) is unreadable")
    var shape: [Int] = []
    for length in lengths.prefix(Int(rank)) {
      shape.append(Int(clamping: length))
      // Beyond 2^50 values no file is real, and sizes in bytes could overflow.
      guard let elements = Checked.product(shape), elements <= 1 << 50, length <= 1 << 50 else {
        throw context.failure("\(name) is unreasonably large")
      }
    }
    return shape
  }

  /// The type of this data set, which errors call `name`; throws where it is unreadable.
  func type(_ name: String) throws(MVError) -> HDF5Handle {
    try HDF5Handle(H5Dget_type(id), context, "\(name) is unreadable")
  }

  /// Throws, naming it, where this data set is compressed by a filter that this machine's HDF5 cannot undo.
  func checkFilters(_ name: String) throws(MVError) {
    var text = [CChar](repeating: 0, count: 128)
    let filter = mv_h5_missing_filter(id, &text, text.count - 1)
    guard filter >= 0 else { return }
    let known = [
      4: "SZIP", 32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard",
      32026: "Blosc2",
    ]
    let own = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let words = known[Int(filter)] ?? (own.isEmpty ? "the filter \(filter)" : own)
    throw MVError(
      .badData, context.path, "\(name) is compressed by \(words), which this machine's HDF5 cannot read",
      remedy: "write it again with compression=\"gzip\", or without")
  }

  /// The offset of this data set in the file, or nil where it is chunked, compressed, virtual or stored elsewhere.
  var plainOffset: Int? {
    let offset = mv_h5_plain_offset(id)
    return offset < 0 ? nil : Int(offset)
  }

  /// Whether this data set is a virtual one, put together from others.
  var isVirtual: Bool { mv_h5_is_virtual(id) > 0 }

  /// Reads some rows of this data set, converted to `type`, into memory that holds exactly these; throws where that
  /// fails.
  func read(
    _ rows: Range<Int>, of shape: [Int], _ name: String, type: hid_t, into target: UnsafeMutableRawPointer
  ) throws(MVError) {
    let file = try HDF5Handle(H5Dget_space(id), context, "\(name) is unreadable")
    var start = [hsize_t](repeating: 0, count: shape.count)
    var count = shape.map { hsize_t($0) }
    start[0] = hsize_t(rows.lowerBound)
    count[0] = hsize_t(rows.count)
    try context.check(
      H5Sselect_hyperslab(file.id, H5S_SELECT_SET, start, nil, count, nil), "\(name) is unreadable")
    let memory = try HDF5Handle(H5Screate_simple(Int32(count.count), count, nil), context, "\(name) is unreadable")
    try context.check(H5Dread(id, type, memory.id, file.id, 0, target), "\(name) is unreadable")
  }

  /// Writes some rows of this data set; throws where that fails.
  func write(_ rows: Range<Int>, of shape: [Int], type: hid_t, from source: UnsafeRawPointer) throws(MVError) {
    let file = try HDF5Handle(H5Dget_space(id), context, "cannot be written")
    var start = [hsize_t](repeating: 0, count: shape.count)
    var count = shape.map { hsize_t($0) }
    start[0] = hsize_t(rows.lowerBound)
    count[0] = hsize_t(rows.count)
    try context.check(H5Sselect_hyperslab(file.id, H5S_SELECT_SET, start, nil, count, nil), "cannot be written")
    let memory = try HDF5Handle(H5Screate_simple(Int32(count.count), count, nil), context, "cannot be written")
    try context.check(H5Dwrite(id, type, memory.id, file.id, 0, source), "cannot be written")
  }

  /// Reads all of this data set, converted to `type`, whose values take `size` bytes; throws where that fails.
  func read(_ name: String, count: Int, type: hid_t, size: Int) throws(MVError) -> Data {
    guard count > 0 else { return Data() }
    guard let base = malloc(count * size) else {
      throw MVError(
        .inputOutput, context.path, "\(name) takes \(count * size) bytes, more than this machine's memory",
        remedy: "store it contiguous and uncompressed, so that it can be mapped")
    }
    let bytes = Data(bytesNoCopy: base, count: count * size, deallocator: .free)
    try context.check(H5Dread(id, type, 0, 0, 0, base), "\(name) is unreadable")
    return bytes
  }

  /// Reads all of this data set as whole numbers; throws where it does not hold whole numbers.
  func integers<Value: FixedWidthInteger & BitwiseCopyable>(
    _ name: String, count: Int, type: hid_t, as: Value.Type
  ) throws(MVError) -> [Value] {
    let stored = try self.type(name)
    // Numbers may be of any width in a file, and HDF5 takes memory for several of them.
    guard H5Tget_class(stored.id) == H5T_INTEGER, H5Tget_size(stored.id) <= 16 else {
      throw context.failure("\(name) does not hold whole numbers")
    }
    guard count > 0 else { return [] }
    var status: herr_t = -1
    let values = [Value](unsafeUninitializedCapacity: count) { buffer, filled in
      status = H5Dread(id, type, 0, 0, 0, buffer.baseAddress)
      filled = status < 0 ? 0 : count
    }
    try context.check(status, "\(name) is unreadable")
    return values
  }
}
