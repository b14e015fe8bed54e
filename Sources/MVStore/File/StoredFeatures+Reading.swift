internal import MVCore
internal import SystemHDF5

extension StoredFeatures {
  init(
    _ dataSet: borrowing HDF5Handle, _ name: String, in split: String, rows: Int, fileSize: Int
  ) throws(MVError) {
    let context = dataSet.context
    let label = "\(split)/\(name)"
    let shape = try dataSet.shape(label)
    try dataSet.checkFilters(label)
    let axes = try dataSet.texts("axes")
    guard shape.count >= 2, shape[0] == rows, axes.count == shape.count,
      FeatureFilePlan.isPossible(Array(shape.dropFirst()))
    else { throw context.failure("\(label) does not hold \(rows) rows with named axes") }
    let labels = try AttributeJSON.value(
      [String: [String]].self, from: try dataSet.text("labels"), "attribute labels of \(label)", context)
    plan = RepresentationPlan(
      name: name, representation: try dataSet.text("representation"),
      settings: try AttributeJSON.value(
        [String: SettingValue].self, from: try dataSet.text("settings"), "attribute settings of \(label)", context),
      shape: Array(shape.dropFirst()), axes: Array(axes.dropFirst()), labels: labels)
    let type = try dataSet.type(label)
    let half = try HDF5Handle(mv_h5_create_float16(), context, "HDF5 cannot be set up")
    guard H5Tget_class(type.id) == H5T_FLOAT else { throw context.failure("\(label) does not hold numbers") }
    let isHalf = H5Tequal(type.id, half.id) > 0
    let isSingle = H5Tequal(type.id, mv_h5_float32()) > 0
    element = isHalf ? .float16 : .float32
    // Any other floating type is converted by HDF5 on the way.
    let offset = isHalf || isSingle ? dataSet.plainOffset : nil
    pieces = offset.map { [Piece(path: context.path, offset: $0, rows: 0..<rows)] } ?? []
    isVirtual = dataSet.isVirtual
    try StoredSplit.checkExtent(dataSet, label, bytes: offset == nil ? 0 : rows * rowBytes, fileSize: fileSize)
    guard offset == nil, !isVirtual else { return }
    // Deflate compresses to a thousandth at most: a larger size is not real, and must not be allocated.
    let (bytes, overflow) = rows.multipliedReportingOverflow(by: rowBytes)
    guard !overflow, bytes <= 1 << 28 || bytes / 2048 <= Int(clamping: H5Dget_storage_size(dataSet.id)) else {
      throw context.failure("\(label) is unreasonably large for what the file holds of it")
    }
  }
}
