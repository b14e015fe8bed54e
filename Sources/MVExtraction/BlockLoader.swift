internal import MVCore
internal import MVDatasets
internal import MVStore
internal import Synchronization

/// Loads the images of blocks, and finds out which of them are bad where those are to be left out.
final class BlockLoader: Sendable {
  /// The images of one block.
  struct Images {
    /// Those that could be read; nil where none could.
    let batch: ImageBatch?
    /// Their places in the block; nil where all could be read.
    let good: [Int]?
  }

  private let source: any ImageSource
  private let skipsBadImages: Bool
  private let writer: FeatureFileWriter
  private let reasons = Mutex<[String: [Int: String]]>([:])

  init(source: any ImageSource, skipsBadImages: Bool, writer: FeatureFileWriter) {
    self.source = source
    self.skipsBadImages = skipsBadImages
    self.writer = writer
  }

  /// The images of a block, without those marked as skipped, by an earlier run or now.
  func load(_ block: FeatureBlock, of split: SourceSplit) throws(MVError) -> Images {
    let marked = writer.skippedRows(of: block.split)
    if !block.rows.contains(where: marked.contains) {
      do throws(MVError) {
        return Images(batch: try images(block.rows, of: split), good: nil)
      } catch {
        guard skipsBadImages, BlockLoader.isBadImage(error) else { throw error }
      }
    }
    var images: [Image] = []
    var good: [Int] = []
    for row in block.rows where !marked.contains(row) {
      do throws(MVError) {
        images.append(try self.images(row..<row + 1, of: split)[0])
        good.append(row - block.rows.lowerBound)
      } catch {
        guard skipsBadImages, BlockLoader.isBadImage(error) else { throw error }
        // An earlier run has read it: to skip it now would leave a row that holds values in one representation only.
        guard block.missing.count == writer.plan.representations.count else { throw error }
        try writer.markSkipped(row, of: block.split)
        reasons.withLock { $0[block.split, default: [:]][row] = error.description }
      }
    }
    return Images(
      batch: images.isEmpty ? nil : try ImageBatch(images), good: good.count == block.rows.count ? nil : good)
  }

  /// Every image that is left out, in the order of the file.
  func skipped() -> [SkippedImage] {
    let reasons = reasons.withLock { $0 }
    return writer.plan.splits.flatMap { split in
      writer.skippedRows(of: split.name).sorted().map { row in
        SkippedImage(
          split: split.name, row: row, id: split.ids[row],
          reason: reasons[split.name]?[row] ?? "could not be read in an earlier run")
      }
    }
  }

  /// Whether an error concerns the image, and not the disk, the request or this program.
  private static func isBadImage(_ error: MVError) -> Bool { error.kind == .badData || error.kind == .missingInput }

  private func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    // The file of a shard counts its rows from 0, the source from the start of the split.
    let start = writer.plan.shard?.start(of: split.name) ?? 0
    let rows = rows.lowerBound + start..<rows.upperBound + start
    let batch = try source.images(rows, of: split)
    guard batch.count == rows.count, batch.shape == split.shape else {
      throw .internalFault(
        source.contents.location, "gave \(batch.count) images of \(batch.shape) for \(rows.count) of \(split.shape)")
    }
    if case .float32(let values) = batch.pixels, let place = values.firstIndex(where: { !$0.isFinite }) {
      let row = rows.lowerBound + place / batch.shape.count
      throw MVError.badData("\(split.name) row", "has a pixel that is not finite", remedy: "mend or remove the image")
        .at(row: row - start, id: split.ids[row])
    }
    return batch
  }
}
