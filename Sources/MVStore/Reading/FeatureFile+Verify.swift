internal import CKernels
internal import Foundation
public import MVCore
internal import Synchronization

extension FeatureFile {
  /// Reads every block that is there and compares its checksum, and checks that values are finite outside skipped rows and
  /// labels within the classes; the checksums of labels and ids were compared on opening.
  ///
  /// Throws the first fault in the order of the file, naming the row where one can be named, and otherwise the rows of the
  /// block. Missing blocks are counted, not thrown.
  public func verify(threads: Int = Parallel.processorCount) throws(MVError) -> FeatureFileVerification {
    let start = ContinuousClock.now
    for split in stored.splits { try checkLabels(of: split) }
    var bytes = 0
    var checked = 0
    var missing = 0
    for split in splits {
      for column in split.stored.features.indices {
        let features = split.stored.features[column]
        let matrix = try split.features(features.plan.name, allowingMissing: true)
        let blocks = (0..<split.stored.blockCount).filter { block in
          split.stored.done[block * split.stored.features.count + column] == 1
        }
        let fault = Mutex<(place: Int, error: MVError)?>(nil)
        do throws(MVError) {
          try Parallel.forEach(blocks.count, threads: threads) { place throws(MVError) in
            do throws(MVError) {
              try check(blocks[place], column: column, of: split.stored, matrix)
            } catch {
              // Blocks are begun in order, so the first fault is among those seen.
              fault.withLock { if $0.map({ place < $0.place }) ?? true { $0 = (place, error) } }
              throw error
            }
          }
        } catch {
          throw fault.withLock { $0?.error } ?? error
        }
        checked += blocks.count
        missing += split.stored.blockCount - blocks.count
        bytes += split.stored.doneRows(of: column) * features.rowBytes
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return FeatureFileVerification(bytes: bytes, blocks: checked, missingBlocks: missing, seconds: seconds)
  }

  private func check(_ block: Int, column: Int, of split: StoredSplit, _ matrix: FeatureMatrix) throws(MVError) {
    let rows = split.rows(ofBlock: block)
    let features = split.features[column]
    let name = "\(split.name)/\(features.plan.name)"
    var sum: UInt32 = 0
    var bad: Int?
    matrix.bytes.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(
        rebasing: all[rows.lowerBound * features.rowBytes..<rows.upperBound * features.rowBytes])
      // Piece by piece, so that the second look finds each in the cache.
      let piece = 1 << 16
      for start in stride(from: 0, to: bytes.count, by: piece) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + piece, bytes.count)])
        sum = Checksum.of(part, after: sum)
        if bad == nil { bad = badRow(part, from: start, in: rows, split, features) }
      }
    }
    let unskipped = rows.first { split.skipped[$0] == 1 && !matrix.isMissing($0) }
    guard sum == split.sums[block * split.features.count + column] else {
      throw .badData(
        url.path,
        "\(name) does not match its checksum in rows \(rows.lowerBound)...\(rows.upperBound - 1) "
          + "(from \(split.ids[rows.lowerBound]))",
        remedy: "restore the file, or write it again with mvmr extract --overwrite")
    }
    if let unskipped {
      throw .badData(
        url.path,
        "row \(unskipped) of \(split.name) (\(split.ids[unskipped])) is marked as skipped, but \(name) holds values",
        remedy: "restore the file, or write it again with mvmr extract --overwrite")
    }
    if let bad {
      throw .badData(
        url.path, "\(name) is not finite in row \(bad) (\(split.ids[bad]))",
        remedy: "write the file again with mvmr extract --overwrite")
    }
  }

  /// The first row, not skipped, that holds a value that is not finite, in a stretch `offset` bytes into a block.
  private func badRow(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, in rows: Range<Int>, _ split: StoredSplit,
    _ features: StoredFeatures
  ) -> Int? {
    let size = features.element.size
    let count = bytes.count / size
    let first = offset / size
    var place = 0
    while place < count {
      let rest = bytes.baseAddress! + place * size
      switch features.element {
      case .float16: place += mvk_first_not_finite_float16(rest, count - place)
      case .float32: place += mvk_first_beyond(rest, count - place, .greatestFiniteMagnitude)
      }
      guard place < count else { return nil }
      let row = (first + place) / features.plan.columns
      guard split.skipped[rows.lowerBound + row] == 1 else { return rows.lowerBound + row }
      place = (row + 1) * features.plan.columns - first
    }
    return nil
  }

  private func checkLabels(of split: StoredSplit) throws(MVError) {
    let classes = classNames.count
    let bad: Int? =
      switch split.labels {
      case .single(let values): values.firstIndex { $0 < -1 || (classes > 0 && $0 >= classes) }
      case .multi(let values, let width): values.firstIndex { $0 > 1 && $0 < 255 }.map { $0 / width }
      }
    if let bad {
      throw .badData(
        url.path, "the label of row \(bad) of \(split.name) (\(split.ids[bad])) is out of range",
        remedy: "check the source and write the file again with mvmr extract --overwrite")
    }
    if case .multi(_, let width) = split.labels, classes > 0, width != classes {
      throw .badData(
        url.path, "\(split.name)/labels has \(width) columns for \(classes) classes",
        remedy: "check the source and write the file again with mvmr extract --overwrite")
    }
  }
}
