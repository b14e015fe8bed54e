public import MVCore
internal import MVFiles

/// One split of an opened feature file: labels, ids, and the features of each representation.
public struct FeatureSplit: Sendable {
  let stored: StoredSplit
  let file: StoredFile
  let mappings: [String: MappedFile]

  /// The split's name, for example `train`.
  public var name: String { stored.name }
  /// The file's path, for messages.
  public var path: String { file.path }
  /// The number of rows, skipped ones included.
  public var count: Int { stored.rows }
  /// The labels: one, or one row of them, per row.
  public var labels: Labels { stored.labels }
  /// The name of each class, by label; empty where unknown.
  public var classNames: [String] { file.classNames }
  /// The origin of each row's image, for example its path.
  public var ids: PackedStrings { stored.ids }
  /// The description of each representation.
  public var representations: [RepresentationPlan] { stored.features.map(\.plan) }
  /// The positions of rows whose images could not be read, in order; their features are NaN.
  public var skipped: [Int] { stored.skipped.indices.filter { stored.skipped[$0] == 1 } }
  /// The positions of all other rows, in order: those to learn from and to score.
  public var validRows: [Int] { stored.skipped.indices.filter { stored.skipped[$0] == 0 } }

  /// The runs of rows of a representation that are on the disk, in order.
  ///
  /// Throws a usage error where there is no such representation.
  public func finishedRows(of representation: String) throws(MVError) -> [Range<Int>] {
    let column = try column(of: representation)
    var runs: [Range<Int>] = []
    for block in 0..<stored.blockCount where stored.done[block * stored.features.count + column] == 1 {
      let rows = stored.rows(ofBlock: block)
      if let last = runs.last, last.upperBound == rows.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<rows.upperBound
      } else {
        runs.append(rows)
      }
    }
    return runs
  }

  /// The rows of one representation, mapped from the file.
  ///
  /// In a merged file the rows are mapped from its shards. Data sets that are compressed, or that another program has
  /// chunked or spread over several files, are read into memory instead. With `allowingMissing` only the rows of
  /// ``finishedRows(of:)`` hold what they should. Throws where there is no such representation, where rows are missing
  /// without `allowingMissing`, where the file is an empty shard, and where it cannot be read.
  public func features(_ representation: String, allowingMissing: Bool = false) throws(MVError) -> FeatureMatrix {
    let column = try column(of: representation)
    let features = stored.features[column]
    guard count > 0 else {
      throw .badData(
        path, "has no rows of \(name): it is one of more shards than there are rows",
        remedy: "join the shards with mvmr merge, and use the file that it makes")
    }
    let done = stored.doneRows(of: column)
    guard done == count || allowingMissing else {
      throw .badData(
        path, "has only \(done) of \(count) rows of \(representation) of \(name)",
        remedy: file.finishing)
    }
    guard !features.pieces.isEmpty else {
      return FeatureMatrix(
        name: representation, rows: count, shape: features.plan.shape, element: features.element,
        bytes: try features.fetch(rows: count, from: "\(name)/\(representation)", of: path))
    }
    let pieces = try features.pieces.map { (piece) throws(MVError) in
      guard let mapping = mappings[piece.path] else { throw .internalFault(piece.path, "is not mapped") }
      return FeatureMatrix.Piece(
        rows: piece.rows, bytes: mapping.bytes(at: piece.offset, count: piece.rows.count * features.rowBytes))
    }
    return FeatureMatrix(
      name: representation, shape: features.plan.shape, element: features.element, pieces: pieces)
  }

  private func column(of representation: String) throws(MVError) -> Int {
    guard let column = stored.features.firstIndex(where: { $0.plan.name == representation }) else {
      throw .usage(
        path, "has no representation \(representation)",
        remedy: "it has \(stored.features.map(\.plan.name).joined(separator: ", "))")
    }
    return column
  }
}
