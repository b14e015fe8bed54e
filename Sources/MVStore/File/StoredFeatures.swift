/// One representation of one split of a stored file.
struct StoredFeatures: Sendable {
  let plan: RepresentationPlan
  let element: ElementType
  /// Where the rows lie in the file, or nil where HDF5 must fetch them.
  let offset: Int?

  /// Bytes a row.
  var rowBytes: Int { plan.columns * element.size }
}
