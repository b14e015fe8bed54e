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
      // A merge names them as seen from its own folder; they may lie beside it or above, but they move with it.
      guard !name.isEmpty, !name.hasPrefix("/") else {
        throw .badData(
          path, "joins \(name.isEmpty ? "a file without a name" : name), which is no name relative to its own folder",
          remedy: "run mvmr merge again, with --overwrite")
      }
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

  /// The error for shards, of which one is not what it was when this file was made.
  private func hasChanged(_ shards: [String]) -> MVError {
    let others = shards.dropLast().map { "or \($0) " }.joined()
    return .badData(
      shards.last ?? path, "\(others)has changed since \(path) joined it",
      remedy: "run mvmr merge again, with --overwrite")
  }

  private func join(_ split: inout StoredSplit, _ shards: [StoredFile]) throws(MVError) {
    var start = 0
    var blocks = JoinedBlocks(split.grid, columns: split.features.count)
    var parts: [(path: String, rows: Range<Int>)] = []
    var pieces = [[StoredFeatures.Piece]](repeating: [], count: split.features.count)
    for shard in shards {
      guard let part = shard.splits.first(where: { $0.name == split.name }), part.rows > 0 else { continue }
      guard try shard.shard?.start(of: split.name) == start, part.rows <= split.rows - start,
        part.blockRows == split.blockRows,
        part.features.map(\.plan) == split.features.map(\.plan),
        part.features.map(\.element) == split.features.map(\.element),
        part.holds(blocksOf: split, from: start)
      else { throw hasChanged([shard.path]) }
      blocks.add(part, from: start)
      parts.append((shard.path, start..<start + part.rows))
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
    if let rows = blocks.firstDifference(from: split) {
      throw hasChanged(parts.filter { $0.rows.overlaps(rows) }.map(\.path))
    }
    for column in split.features.indices where split.features[column].isVirtual {
      let found = pieces[column]
      split.features[column].pieces = found.reduce(0) { $0 + $1.rows.count } == split.rows ? found : []
    }
  }
}

extension StoredSplit {
  /// Whether this part, from row `start` of `whole` on, has all blocks that `whole` has, and those of its own alike.
  fileprivate func holds(blocksOf whole: StoredSplit, from start: Int) -> Bool {
    (0..<blockCount).allSatisfy { block in
      let rows = rows(ofBlock: block)
      let place = whole.grid.block(of: start + rows.lowerBound)
      // A part of a block has a sum of its own.
      let isWhole = whole.rows(ofBlock: place).count == rows.count
      return features.indices.allSatisfy { column in
        let (own, other) = (block * features.count + column, place * features.count + column)
        return whole.done[other] == 0 || done[own] == 1 && (!isWhole || sums[own] == whole.sums[other])
      }
    }
  }
}
