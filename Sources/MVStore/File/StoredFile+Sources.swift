internal import Foundation
internal import MVCore
internal import MVFiles

extension StoredFile {
  /// Finds the rows of virtual data sets in the shards that this file joins.
  ///
  /// Each shard is opened and must hold the blocks whose checksums this file has: one that is missing, was replaced, or
  /// was made again with other settings is an error.
  mutating func joinSources() throws(MVError) {
    guard !sources.isEmpty else { return }
    let folder = URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent()
    var shards: [StoredFile] = []
    for name in sources {
      let location = URL(filePath: name, relativeTo: folder).standardizedFileURL.path
      do throws(MVError) {
        shards.append(try StoredFile.source(location))
      } catch {
        throw MVError(
          error.kind, location, "\(error.reason); \(path) joins it",
          remedy: error.kind == .missingInput ? "keep the shards where they were when they were merged" : error.remedy)
      }
    }
    if let other = shards.first(where: { !$0.sources.isEmpty }) {
      throw .badData(
        other.path, "joins files itself, and \(path) joins it", remedy: "merge the shards that hold the rows")
    }
    for shard in shards { identities.merge(shard.identities) { _, new in new } }
    for split in splits.indices { try join(&splits[split], shards) }
  }

  /// Opens one of the files that hold rows; throws where it is not the one that was read before.
  func opening(_ path: String) throws(MVError) -> FileDescriptor {
    let file = try FileDescriptor(path, flags: O_RDONLY)
    guard try file.identity() == identities[path] else {
      throw .badData(path, "was replaced or cut short while it was opened", remedy: "run the same command again")
    }
    return file
  }

  /// Throws where rows lie beyond the end of a file, whose size `size` returns.
  func checkPieces(size: (String) -> Int) throws(MVError) {
    for features in splits.flatMap(\.features) {
      for piece in features.pieces where size(piece.path) < piece.offset + piece.rows.count * features.rowBytes {
        throw .badData(
          piece.path, "was cut short while it was opened",
          remedy: "restore the file, or write it again with --overwrite")
      }
    }
  }

  private func join(_ split: inout StoredSplit, _ shards: [StoredFile]) throws(MVError) {
    var start = 0
    var pieces = [[StoredFeatures.Piece]](repeating: [], count: split.features.count)
    for shard in shards {
      guard let part = shard.splits.first(where: { $0.name == split.name }) else { continue }
      guard try shard.shard?.start(of: split.name) == start, part.rows <= split.rows - start,
        part.blockRows == split.blockRows, start % split.blockRows == 0,
        part.features.map(\.plan) == split.features.map(\.plan),
        part.features.map(\.element) == split.features.map(\.element),
        part.holds(blocksOf: split, from: start / split.blockRows)
      else {
        throw MVError(
          .badData, shard.path, "has changed since \(path) joined it",
          remedy: "run mvmr merge again, with --overwrite")
      }
      for (column, features) in part.features.enumerated() {
        // A packed shard has no rows to map: all are then read through HDF5.
        pieces[column] += features.pieces.map {
          StoredFeatures.Piece(path: $0.path, offset: $0.offset, rows: start..<start + part.rows)
        }
      }
      start += part.rows
    }
    guard start == split.rows else {
      throw .badData(
        path, "joins shards that hold \(start) of the \(split.rows) rows of \(split.name)",
        remedy: "run mvmr merge again, with --overwrite")
    }
    for column in split.features.indices where split.features[column].isVirtual {
      let found = pieces[column]
      split.features[column].pieces = found.reduce(0) { $0 + $1.rows.count } == split.rows ? found : []
    }
  }
}

extension StoredSplit {
  /// Whether the blocks of this part equal those of `whole` from the block `first` on.
  fileprivate func holds(blocksOf whole: StoredSplit, from first: Int) -> Bool {
    let marks = first * features.count..<first * features.count + done.count
    guard marks.upperBound <= whole.done.count, zip(done, whole.done[marks]).allSatisfy({ $0 >= $1 }) else {
      return false
    }
    return zip(marks, sums).allSatisfy { whole.done[$0] == 0 || whole.sums[$0] == $1 }
  }
}
