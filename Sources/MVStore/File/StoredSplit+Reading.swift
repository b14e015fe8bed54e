internal import MVCore
internal import SystemHDF5

extension StoredSplit {
  /// Reads one split; `sources` are the files that a merged one joins, `shard` the part of the whole that the file is.
  ///
  /// Throws where it is not whole, or says what cannot be.
  init(
    _ group: borrowing HDF5Handle, _ name: String, sources: [String], shard: ShardPlan?, limit: inout StoredLimit
  ) throws(MVError) {
    let context = group.context
    self.name = name
    let mayBeEmpty = shard?.isEmpty ?? false
    ids = try StoredSplit.ids(group, "\(name)/ids", mayBeEmpty: mayBeEmpty, limit: &limit)
    let rows = ids.count
    labels = try StoredSplit.labels(group, "\(name)/labels", rows: rows, limit: &limit)

    let doneSet = try group.dataSet(".done")
    let blockRows = try doneSet.integer("block_rows")
    let order = try doneSet.texts("representations")
    let members = try group.memberNames()
    guard blockRows > 0, !order.isEmpty, Set(order).count == order.count, Set(order).isSubset(of: members),
      order.allSatisfy({ FeatureName.isPossible($0) && !FeatureName.reserved.contains($0) })
    else { throw context.failure("\(name)/.done does not describe the representations of \(name)") }
    grid = BlockGrid(rows: rows, blockRows: blockRows, start: shard?.splits.first { $0.name == name }?.start ?? 0)
    let shape = [grid.count, order.count]
    (done, doneOffset) = try StoredSplit.marks(
      doneSet, "\(name)/.done", shape: shape, type: mv_h5_uint8(), limit: &limit)
    (sums, sumsOffset) = try StoredSplit.marks(
      try group.dataSet(".crc"), "\(name)/.crc", shape: shape, type: mv_h5_uint32(), limit: &limit)
    (skipped, skippedOffset) = try StoredSplit.marks(
      try group.dataSet(".skipped"), "\(name)/.skipped", shape: [rows], type: mv_h5_uint8(), limit: &limit)
    guard done.allSatisfy({ $0 <= 1 }), skipped.allSatisfy({ $0 <= 1 }) else {
      throw context.failure("\(name)/.done or .skipped holds more than 0 and 1")
    }

    var features: [StoredFeatures] = []
    for representation in order {
      features.append(
        try StoredFeatures(
          try group.dataSet(representation), representation, in: name, rows: rows, sources: sources, limit: &limit))
    }
    self.features = features
    let own = Set(order).union(["ids", "labels"])
    additions = members.filter { !own.contains($0) }.map { "\(name)/\($0)" }
  }

  private static func ids(
    _ group: borrowing HDF5Handle, _ name: String, mayBeEmpty: Bool, limit: inout StoredLimit
  ) throws(MVError) -> PackedStrings {
    let context = group.context
    let set = try group.dataSet("ids")
    let shape = try set.shape(name)
    guard shape.count == 1, shape[0] > 0 || mayBeEmpty else { throw context.failure("\(name) is not one text a row") }
    let space = try HDF5Handle(H5Dget_space(set.id), context, "\(name) is unreadable")
    let type = try set.type(name)
    try limit.admitTexts(set, name, bytes: Checked.product(shape, times: Int(clamping: H5Tget_size(type.id))))
    let ids = try PackedStrings(
      count: shape[0], type: type, space: space, of: name, stored: limit.fileSize
    ) { H5Dread(set.id, $0, 0, 0, $1, $2) }
    guard try set.integer("crc32c") == Int(Checksum.of(ids)) else {
      throw context.failure("\(name) does not match its checksum")
    }
    return ids
  }

  private static func labels(
    _ group: borrowing HDF5Handle, _ name: String, rows: Int, limit: inout StoredLimit
  ) throws(MVError) -> Labels {
    let context = group.context
    let set = try group.dataSet("labels")
    let shape = try set.shape(name)
    guard (1...2).contains(shape.count), shape[0] == rows, shape.dropFirst().allSatisfy({ $0 > 0 }) else {
      throw context.failure("\(name) does not label each of \(rows) rows")
    }
    let count = shape.reduce(1, *)
    try limit.admit(set, name, bytes: Checked.product(count, shape.count == 1 ? 8 : 1))
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
    _ set: borrowing HDF5Handle, _ name: String, shape: [Int], type: hid_t, limit: inout StoredLimit
  ) throws(MVError) -> ([Value], Int?) {
    guard try set.shape(name) == shape else {
      throw set.context.failure("\(name) is not of the shape \(shape) that the rows ask for")
    }
    let count = shape.reduce(1, *)
    try limit.admit(set, name, bytes: Checked.product(count, MemoryLayout<Value>.size))
    return (try set.integers(name, count: count, type: type, as: Value.self), set.plainOffset)
  }
}
