internal import MVCore
internal import SystemHDF5

extension StoredFeatures {
  /// Reads what is said of a representation; `sources` are the files that a merged one joins.
  ///
  /// Throws where it is not what the rows ask for, or more than the file holds.
  init(
    _ dataSet: borrowing HDF5Handle, _ name: String, in split: String, rows: Int, sources: [String],
    limit: inout StoredLimit
  ) throws(MVError) {
    let context = dataSet.context
    let label = "\(split)/\(name)"
    isVirtual = dataSet.isVirtual
    // What is joined here is looked at where it lies.
    if isVirtual { try dataSet.checkSources(label, sources) }
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
    // Numbers may be of any width in a file, and HDF5 takes memory for several of them.
    guard H5Tget_class(type.id) == H5T_FLOAT, H5Tget_size(type.id) <= 16 else {
      throw context.failure("\(label) does not hold numbers")
    }
    let isHalf = H5Tequal(type.id, half.id) > 0
    let isSingle = H5Tequal(type.id, mv_h5_float32()) > 0
    element = isHalf ? .float16 : .float32
    // Any other floating type is converted by HDF5 on the way.
    let offset = isHalf || isSingle ? dataSet.plainOffset : nil
    pieces = offset.map { [Piece(path: context.path, offset: $0, rows: 0..<rows)] } ?? []
    guard let bytes = Checked.product(rows, rowBytes) else { throw context.failure("\(label) is unreasonably large") }
    guard !isVirtual else { return }
    if let offset {
      try limit.admitPlain(context, label, offset: offset, bytes: bytes)
    } else {
      try limit.admitPacked(dataSet, label, bytes: bytes)
    }
  }
}
