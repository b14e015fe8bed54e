internal import MVCore
internal import SystemHDF5

extension StoredSplit {
  init(_ group: borrowing HDF5Handle, _ name: String, fileSize: Int) throws(MVError) {
    let context = group.context
    self.name = name
    ids = try StoredSplit.ids(group, "\(name)/ids", fileSize: fileSize)
    rows = ids.count
    labels = try StoredSplit.labels(group, "\(name)/labels", rows: rows, fileSize: fileSize)

    let doneSet = try group.dataSet(".done")
    blockRows = try doneSet.integer("block_rows")
    let order = try doneSet.texts("representations")
    let members = try group.memberNames()
    guard blockRows > 0, !order.isEmpty, Set(order).count == order.count, Set(order).isSubset(of: members)
    else { throw context.failure("\(name)/.done does not describe the representations of \(name)") }
    let shape = [(rows - 1) / blockRows + 1, order.count]
    (done, doneOffset) = try StoredSplit.marks(
      doneSet, "\(name)/.done", shape: shape, type: mv_h5_uint8(), fileSize: fileSize)
    (sums, sumsOffset) = try StoredSplit.marks(
      try group.dataSet(".crc"), "\(name)/.crc", shape: shape, type: mv_h5_uint32(), fileSize: fileSize)
    (skipped, skippedOffset) = try StoredSplit.marks(
      try group.dataSet(".skipped"), "\(name)/.skipped", shape: [rows], type: mv_h5_uint8(), fileSize: fileSize)
    guard done.allSatisfy({ $0 <= 1 }), skipped.allSatisfy({ $0 <= 1 }) else {
      throw context.failure("\(name)/.done or .skipped holds more than 0 and 1")
    }

    var features: [StoredFeatures] = []
    for representation in order {
      features.append(
        try StoredFeatures(
          try group.dataSet(representation), representation, in: name, rows: rows, fileSize: fileSize))
    }
    self.features = features
    let own = Set(order).union(["ids", "labels"])
    additions = members.filter { !own.contains($0) }.map { "\(name)/\($0)" }
  }

  private static func ids(
    _ group: borrowing HDF5Handle, _ name: String, fileSize: Int
  ) throws(MVError) -> PackedStrings {
    let context = group.context
    let set = try group.dataSet("ids")
    let shape = try set.shape(name)
    guard shape.count == 1, shape[0] > 0 else { throw context.failure("\(name) is not one text a row") }
    let space = try HDF5Handle(H5Dget_space(set.id), context, "\(name) is unreadable")
    let type = try set.type(name)
    let bytes = shape[0].multipliedReportingOverflow(by: H5Tget_size(type.id))
    try checkExtent(set, name, bytes: bytes.overflow ? .max : bytes.partialValue, fileSize: fileSize)
    let ids = try PackedStrings(count: shape[0], type: type, space: space, of: name) {
      H5Dread(set.id, $0, 0, 0, 0, $1)
    }
    guard try set.integer("crc32c") == Int(Checksum.of(ids)) else {
      throw context.failure("\(name) does not match its checksum")
    }
    return ids
  }

  private static func labels(
    _ group: borrowing HDF5Handle, _ name: String, rows: Int, fileSize: Int
  ) throws(MVError) -> Labels {
    let context = group.context
    let set = try group.dataSet("labels")
    let shape = try set.shape(name)
    guard (1...2).contains(shape.count), shape[0] == rows, shape.allSatisfy({ $0 > 0 }) else {
      throw context.failure("\(name) does not label each of \(rows) rows")
    }
    let count = shape.reduce(1, *)
    try checkExtent(set, name, bytes: count * (shape.count == 1 ? 8 : 1), fileSize: fileSize)
    let labels: Labels =
      if shape.count == 1 {
        .single(try set.integers(name, count: count, type: mv_h5_int64(), as: Int64.self))
      } else {
        .multi(try set.integers(name, count: count, type: mv_h5_uint8(), as: UInt8.self), classes: shape[1])
      }
    guard try set.integer("crc32c") == Int(Checksum.of(labels)) else {
      throw context.failure("\(name) does not match its checksum")
    }
    return labels
  }

  private static func marks<Value: FixedWidthInteger & BitwiseCopyable>(
    _ set: borrowing HDF5Handle, _ name: String, shape: [Int], type: hid_t, fileSize: Int
  ) throws(MVError) -> ([Value], Int?) {
    guard try set.shape(name) == shape else {
      throw set.context.failure("\(name) is not of the shape \(shape) that the rows ask for")
    }
    let count = shape.reduce(1, *)
    try checkExtent(set, name, bytes: count * MemoryLayout<Value>.size, fileSize: fileSize)
    return (try set.integers(name, count: count, type: type, as: Value.self), set.plainOffset)
  }

  /// Throws where a data set of `bytes` lies beyond the end of the file, or is unreasonably large where HDF5 must read
  /// it.
  static func checkExtent(
    _ dataSet: borrowing HDF5Handle, _ name: String, bytes: Int, fileSize: Int
  ) throws(MVError) {
    if let offset = dataSet.plainOffset {
      let end = offset.addingReportingOverflow(bytes)
      guard bytes >= 0, !end.overflow, end.partialValue <= fileSize else {
        throw MVError(
          .badData, dataSet.context.path, "\(name) lies beyond the end of the file, which is cut short",
          remedy: dataSet.context.remedy)
      }
    } else if bytes < 0 || bytes > 1 << 33 {
      throw dataSet.context.failure("\(name) is unreasonably large")
    }
  }
}
