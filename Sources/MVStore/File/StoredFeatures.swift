/// One representation of one split of a stored file.
struct StoredFeatures: Sendable {
  let plan: RepresentationPlan
  let element: ElementType
  /// The places of the rows, in order; empty where they must be read through HDF5.
  var pieces: [Piece]
  /// Whether the rows are a virtual data set, joined from other files.
  let isVirtual: Bool

  /// Rows that follow one another in one file.
  struct Piece: Hashable, Sendable {
    /// The file's path.
    let path: String
    /// The offset of the first row in bytes.
    let offset: Int
    /// The positions of these rows in the split.
    let rows: Range<Int>
  }

  /// The offset of the rows in their own file, or nil where they are not contiguous in it.
  var offset: Int? { isVirtual ? nil : pieces.first?.offset }

  /// Bytes per row.
  var rowBytes: Int { plan.columns * element.size }
}
