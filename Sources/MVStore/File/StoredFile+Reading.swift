internal import Foundation
internal import MVCore
internal import SystemHDF5

extension StoredFile {
  /// Reads everything but the features; throws where the file is not a whole feature file that this code understands.
  init(reading path: String) throws(MVError) {
    let size = try StoredFile.checkedSize(path)
    self = try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(.reading(path))
      return try StoredFile(file, size: size)
    }
  }

  private static func checkedSize(_ path: String) throws(MVError) -> Int {
    let descriptor = try FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK)
    let status = try descriptor.status()
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .usage(path, "is not a file", remedy: "name a feature file that mvmr extract has written")
    }
    guard try descriptor.read(8, at: 0) == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] else {
      throw .badData(
        path, "is not an HDF5 file", remedy: "name a feature file that mvmr extract has written")
    }
    return Int(status.st_size)
  }

  private init(_ file: borrowing HDF5Handle, size: Int) throws(MVError) {
    let context = file.context
    guard file.hasAttribute("format"), try file.text("format") == StoredFile.format else {
      throw .badData(
        context.path, "is an HDF5 file but not a feature file",
        remedy: "name a feature file that mvmr extract has written")
    }
    let version = try file.integer("version")
    guard (1...StoredFile.version).contains(version) else {
      throw .badData(
        context.path, "is a feature file of version \(version), this program knows \(StoredFile.version)",
        remedy: "read it with a newer mvmr")
    }
    self.path = context.path
    self.size = size
    self.version = version
    dataset = try file.text("dataset")
    location = try file.text("location")
    fingerprint = try file.text("fingerprint")
    classNames = try file.texts("class_names")
    settings = try CanonicalJSON.value(
      [String: SettingValue].self, from: try file.text("settings"), "attribute settings", context)
    software = try CanonicalJSON.value(
      [String: String].self, from: try file.text("software"), "attribute software", context)
    created = try file.text("created")
    let names = try file.texts("splits")
    guard !names.isEmpty, Set(names) == Set(try file.memberNames()), Set(names).count == names.count else {
      throw context.failure("its groups are not the splits it names")
    }
    var splits: [StoredSplit] = []
    for name in names { splits.append(try StoredSplit(try file.group(name), name, fileSize: size)) }
    guard splits.allSatisfy({ $0.features.map(\.plan) == splits[0].features.map(\.plan) }) else {
      throw context.failure("its splits do not hold the same representations")
    }
    self.splits = splits
  }
}

extension StoredSplit {
  fileprivate init(_ group: borrowing HDF5Handle, _ name: String, fileSize: Int) throws(MVError) {
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
  fileprivate static func checkExtent(
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

extension StoredFeatures {
  fileprivate init(
    _ dataSet: borrowing HDF5Handle, _ name: String, in split: String, rows: Int, fileSize: Int
  ) throws(MVError) {
    let context = dataSet.context
    let label = "\(split)/\(name)"
    let shape = try dataSet.shape(label)
    let axes = try dataSet.texts("axes")
    guard shape.count >= 2, shape[0] == rows, axes.count == shape.count,
      FeatureFilePlan.isPossible(Array(shape.dropFirst()))
    else { throw context.failure("\(label) does not hold \(rows) rows with named axes") }
    let labels = try CanonicalJSON.value(
      [String: [String]].self, from: try dataSet.text("labels"), "attribute labels of \(label)", context)
    plan = RepresentationPlan(
      name: name, representation: try dataSet.text("representation"),
      settings: try CanonicalJSON.value(
        [String: SettingValue].self, from: try dataSet.text("settings"), "attribute settings of \(label)", context),
      shape: Array(shape.dropFirst()), axes: Array(axes.dropFirst()), labels: labels)
    let type = try dataSet.type(label)
    let half = try HDF5Handle(mv_h5_create_float16(), context, "HDF5 cannot be set up")
    guard H5Tget_class(type.id) == H5T_FLOAT else { throw context.failure("\(label) does not hold numbers") }
    let isHalf = H5Tequal(type.id, half.id) > 0
    let isSingle = H5Tequal(type.id, mv_h5_float32()) > 0
    element = isHalf ? .float16 : .float32
    // Any other floating type is converted by HDF5 on the way.
    offset = isHalf || isSingle ? dataSet.plainOffset : nil
    try StoredSplit.checkExtent(dataSet, label, bytes: offset == nil ? 0 : rows * rowBytes, fileSize: fileSize)
  }
}
