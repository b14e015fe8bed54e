internal import MVCore
internal import SystemHDF5

extension StoredSplit {
  init(_ group: borrowing HDF5Handle, _ name: String, fileSize: Int) throws(MVError) {
    let context = group.context
    self.name = name

    let idSet = try group.dataSet("ids")
    let idShape = try idSet.shape("\(name)/ids")
    guard idShape.count == 1, idShape[0] > 0 else { throw context.failure("\(name)/ids is not one text a row") }
    let rows = idShape[0]
    self.rows = rows
    let idSpace = try HDF5Handle(H5Dget_space(idSet.id), context, "\(name)/ids is unreadable")
    let idType = try idSet.type("\(name)/ids")
    try StoredSplit.checkExtent(
      idSet, "\(name)/ids", bytes: rows.multipliedReportingOverflow(by: H5Tget_size(idType.id)).partialValue,
      fileSize: fileSize)
    ids = try PackedStrings(count: rows, type: idType, space: idSpace, of: "\(name)/ids") {
      H5Dread(idSet.id, $0, 0, 0, 0, $1)
    }
    guard try idSet.integer("crc32c") == Int(Checksum.of(ids)) else {
      throw MVError(.badData, context.path, "\(name)/ids does not match its checksum", remedy: context.remedy)
    }

    let labelSet = try group.dataSet("labels")
    let labelShape = try labelSet.shape("\(name)/labels")
    guard (1...2).contains(labelShape.count), labelShape[0] == rows, labelShape.last! > 0 else {
      throw context.failure("\(name)/labels does not label each of \(rows) rows")
    }
    let labelCount = labelShape.reduce(1, *)
    try StoredSplit.checkExtent(
      labelSet, "\(name)/labels", bytes: labelCount * (labelShape.count == 1 ? 8 : 1), fileSize: fileSize)
    if labelShape.count == 1 {
      labels = .single(
        try labelSet.integers("\(name)/labels", count: labelCount, type: mv_h5_int64(), as: Int64.self))
    } else {
      let values = try labelSet.integers("\(name)/labels", count: labelCount, type: mv_h5_uint8(), as: UInt8.self)
      labels = .multi(values, classes: labelShape[1])
    }
    guard try labelSet.integer("crc32c") == Int(Checksum.of(labels)) else {
      throw MVError(.badData, context.path, "\(name)/labels does not match its checksum", remedy: context.remedy)
    }

    let doneSet = try group.dataSet(".done")
    let blockRows = try doneSet.integer("block_rows")
    let order = try doneSet.texts("representations")
    guard blockRows > 0, !order.isEmpty, Set(order).count == order.count,
      Set(order).union(["ids", "labels"]) == Set(try group.memberNames())
    else { throw context.failure("\(name)/.done does not describe the representations of \(name)") }
    self.blockRows = blockRows
    let blocks = (rows - 1) / blockRows + 1
    let markShape = [blocks, order.count]
    let sumSet = try group.dataSet(".crc")
    let skippedSet = try group.dataSet(".skipped")
    guard try doneSet.shape("\(name)/.done") == markShape, try sumSet.shape("\(name)/.crc") == markShape,
      try skippedSet.shape("\(name)/.skipped") == [rows]
    else { throw context.failure("\(name)/.done, .crc or .skipped is not of the shape that the rows ask for") }
    let marks = blocks * order.count
    try StoredSplit.checkExtent(doneSet, "\(name)/.done", bytes: marks, fileSize: fileSize)
    try StoredSplit.checkExtent(sumSet, "\(name)/.crc", bytes: marks * 4, fileSize: fileSize)
    try StoredSplit.checkExtent(skippedSet, "\(name)/.skipped", bytes: rows, fileSize: fileSize)
    done = try doneSet.integers("\(name)/.done", count: marks, type: mv_h5_uint8(), as: UInt8.self)
    sums = try sumSet.integers("\(name)/.crc", count: marks, type: mv_h5_uint32(), as: UInt32.self)
    skipped = try skippedSet.integers("\(name)/.skipped", count: rows, type: mv_h5_uint8(), as: UInt8.self)
    guard done.allSatisfy({ $0 <= 1 }), skipped.allSatisfy({ $0 <= 1 }) else {
      throw MVError(.badData, context.path, "\(name)/.done or .skipped holds more than 0 and 1", remedy: context.remedy)
    }
    doneOffset = doneSet.plainOffset
    sumsOffset = sumSet.plainOffset
    skippedOffset = skippedSet.plainOffset

    var features: [StoredFeatures] = []
    for representation in order {
      let set = try group.dataSet(representation)
      features.append(
        try StoredFeatures(set, representation, in: name, rows: rows, fileSize: fileSize))
    }
    self.features = features
  }

  /// Throws where a data set of `bytes` lies beyond the end of the file, or is beyond reason where HDF5 must fetch it.
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
