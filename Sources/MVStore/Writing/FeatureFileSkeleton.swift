internal import Foundation
internal import MVCore
internal import MVFiles
internal import SystemHDF5

/// Writes a feature file that holds everything but the features.
enum FeatureFileSkeleton {
  /// The ways in which the features can lie in the file.
  enum Layout {
    /// One contiguous data set each, allocated now, to be written in place.
    case plain
    /// One chunk per block, compressed as it is written.
    case packed
    /// In other files, named relative to this one's folder: the files of each split, and how many rows each has.
    case joined([[(file: String, rows: Int)]], sources: [String])
  }

  /// The blocks of a split that are done, and their checksums.
  struct Marks {
    let skipped: [UInt8]
    let done: [UInt8]
    let sums: [UInt32]
  }

  /// Writes the skeleton of `plan` to `path`, in place of a file that is already there.
  ///
  /// Without `marks` no block is marked done; without another time, `created` is now.
  static func write(
    _ plan: FeatureFilePlan, to path: String, layout: Layout = .plain, marks: [Marks]? = nil,
    created: String? = nil
  ) throws(MVError) {
    let sources: [String] = if case .joined(_, let sources) = layout { sources } else { [] }
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.creatingFile(.creating(path))
      try file.setAttribute("format", StoredFile.format)
      try file.setAttribute("version", StoredFile.version)
      try file.setAttribute("dataset", plan.dataset)
      try file.setAttribute("location", plan.location)
      try file.setAttribute("fingerprint", plan.fingerprint)
      try file.setAttribute("class_names", plan.classNames)
      try file.setAttribute("settings", CanonicalJSON.text(plan.settings))
      try file.setAttribute("software", CanonicalJSON.text(software(plan)))
      try file.setAttribute("created", created ?? Date.now.ISO8601Format())
      try file.setAttribute("splits", plan.splits.map(\.name))
      if let source = plan.source { try file.setAttribute("source", source.json) }
      if let shard = plan.shard { try file.setAttribute("shard", CanonicalJSON.text(shard)) }
      if !sources.isEmpty { try file.setAttribute("sources", sources) }
      let type = try elementType(plan.element, file.context)
      for (splitIndex, split) in plan.splits.enumerated() {
        let group = try file.creatingGroup(split.name)
        try write(split, to: group)
        try write(marks?[splitIndex], of: splitIndex, plan, to: group)
        for representation in plan.representations {
          try write(representation, of: splitIndex, plan, layout, type: type.id, to: group)
        }
      }
      try file.context.check(H5Fflush(file.id, H5F_SCOPE_GLOBAL), "cannot be written")
    }
  }

  private static func software(_ plan: FeatureFilePlan) -> [String: String] {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    H5get_libversion(&major, &minor, &release)
    return plan.software.merging(["hdf5": "\(major).\(minor).\(release)"]) { given, _ in given }
  }

  private static func elementType(_ element: ElementType, _ context: HDF5Context) throws(MVError) -> HDF5Handle {
    switch element {
    case .float16: try HDF5Handle(mv_h5_create_float16(), context, "HDF5 cannot be set up")
    case .float32: try HDF5Handle(H5Tcopy(mv_h5_float32()), context, "HDF5 cannot be set up")
    }
  }

  private static func write(_ split: SplitPlan, to group: borrowing HDF5Handle) throws(MVError) {
    let ids = split.ids
    let text = try HDF5Handle(mv_h5_create_text(ids.width), group.context, "HDF5 cannot be set up")
    let idSet = try group.creatingDataSet("ids", type: text.id, shape: [split.count])
    try idSet.write(ids.bytes.span.bytes, type: text.id)
    try idSet.setAttribute("crc32c", Int(Checksum.of(ids)))

    let labelSet: HDF5Handle
    switch split.labels {
    case .single(let values):
      labelSet = try group.creatingDataSet("labels", type: mv_h5_int64(), shape: [split.count])
      try labelSet.write(values.span.bytes, type: mv_h5_int64())
    case .multi(let values, let classes):
      labelSet = try group.creatingDataSet("labels", type: mv_h5_uint8(), shape: [split.count, classes])
      try labelSet.write(values.span.bytes, type: mv_h5_uint8())
    }
    try labelSet.setAttribute("crc32c", Int(Checksum.of(split.labels)))
  }

  private static func write(
    _ marks: Marks?, of splitIndex: Int, _ plan: FeatureFilePlan, to group: borrowing HDF5Handle
  ) throws(MVError) {
    let shape = [plan.grid(of: splitIndex).count, plan.representations.count]
    let done = try group.creatingDataSet(".done", type: mv_h5_uint8(), shape: shape, zeroed: true)
    try done.setAttribute("block_rows", plan.blockRows)
    try done.setAttribute("representations", plan.representations.map(\.name))
    let sums = try group.creatingDataSet(".crc", type: mv_h5_uint32(), shape: shape, zeroed: true)
    let skipped = try group.creatingDataSet(
      ".skipped", type: mv_h5_uint8(), shape: [plan.splits[splitIndex].count], zeroed: true)
    guard let marks else { return }
    try done.write(marks.done.span.bytes, type: mv_h5_uint8())
    try sums.write(marks.sums.span.bytes, type: mv_h5_uint32())
    try skipped.write(marks.skipped.span.bytes, type: mv_h5_uint8())
  }

  private static func write(
    _ representation: RepresentationPlan, of splitIndex: Int, _ plan: FeatureFilePlan, _ layout: Layout, type: hid_t,
    to group: borrowing HDF5Handle
  ) throws(MVError) {
    let split = plan.splits[splitIndex]
    let shape = [split.count] + representation.shape
    let set =
      switch layout {
      case .plain: try group.creatingDataSet(representation.name, type: type, shape: shape)
      // A chunk has a row at least.
      case .packed where split.count == 0: try group.creatingDataSet(representation.name, type: type, shape: shape)
      case .packed:
        try group.creatingPackedDataSet(
          representation.name, type: type, shape: shape, chunkRows: min(split.count, plan.blockRows))
      case .joined(let parts, _):
        try group.creatingVirtualDataSet(
          representation.name, type: type, shape: shape, parts: parts[splitIndex],
          source: "/\(split.name)/\(representation.name)")
      }
    try set.setAttribute("representation", representation.representation)
    try set.setAttribute("settings", CanonicalJSON.text(representation.settings))
    try set.setAttribute("axes", ["row"] + representation.axes)
    try set.setAttribute("labels", CanonicalJSON.text(representation.labels))
    try set.setAttribute("sketch", representation.sketch)
  }
}
