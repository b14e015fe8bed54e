/// One representation of one split of a stored file.
struct StoredFeatures: Sendable {
  let plan: RepresentationPlan
  let element: ElementType
  /// Where the rows lie, in order; empty where HDF5 must fetch them.
  var pieces: [Piece]
  /// Whether they are a virtual data set, joined from other files.
  let isVirtual: Bool

  /// Rows that lie one after the other in one file.
  struct Piece: Hashable, Sendable {
    /// The file.
    let path: String
    /// Where the first row begins.
    let offset: Int
    /// Which rows of the representation they are.
    let rows: Range<Int>
  }

  /// Where the rows lie in their own file, or nil where they are not one plain stretch of it.
  var offset: Int? { isVirtual ? nil : pieces.first?.offset }

  /// Bytes a row.
  var rowBytes: Int { plan.columns * element.size }
}
