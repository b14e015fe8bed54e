internal import Foundation
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVStore

/// The writing of one embedding of every image of a source into a feature file, from where an earlier run stopped.
struct EmbeddingFile {
  let job: EmbeddingJob
  /// What a row is.
  let representation: RepresentationPlan
  /// What tells the file of one network from another's.
  let settings: [String: SettingValue]
  let embed: (ImageBatch) throws(MVError) -> Matrix

  /// Does the blocks that are missing, one after the other: the network uses every thread itself.
  ///
  /// Meanwhile the images of the next are read.
  func write(
    cancellation: Cancellation, progress: @escaping @Sendable (RunProgress) -> Void
  ) throws(MVError) -> ExtractionSummary {
    let chosen = try job.splits.map { (names) throws(MVError) in
      try names.map { (name) throws(MVError) in try job.source.split(name) }
    }
    var splits = chosen ?? job.source.splits
    var source = job.source
    var settings = settings
    if let crops = job.crops {
      guard splits.contains(where: { $0.name == crops.split }) else {
        throw .usage("crops of \(crops.split)", "want its plain images too", remedy: "embed that split as well")
      }
      let cropped = try CroppedSource(job.source, crops)
      source = cropped
      splits += cropped.cropSplits
      settings.merge(crops.settings) { _, new in new }
    }
    var plan = try FeatureFilePlan(
      of: job.source.contents, splits: splits, settings: settings, software: job.software, element: job.element,
      representations: [representation])
    if let shard = job.shard { plan = try plan.shard(shard) }
    if !job.overwrite, let file = try FeatureFile.ifFinished(job.output, by: plan) {
      return ExtractionSummary(whole: file)
    }
    let work = try WorkAhead(plan, of: job.source, splits: splits, to: job.output, overwrite: job.overwrite)
    try work.check(skipping: job.skipsBadImages)
    work.notices.forEach(job.notice)
    let writer = try FeatureFileWriter(creatingOrResuming: job.output, plan: plan, overwrite: job.overwrite)
    let loader = try BlockLoader(
      source: source, splits: splits, skipsBadImages: job.skipsBadImages, writer: writer,
      readers: Parallel.processorCount)
    let blocks = writer.missingBlocks
    let ahead = OrderedProducer(blocks.indices, ahead: 2) { (place) throws(MVError) in try loader.load(blocks[place]) }
    defer { ahead.stop() }
    let fill = try writer.fillInOrder(cancellation: cancellation, progress: progress) { (block) throws(MVError) in
      var values: [Float] = []
      try loader.loading(block, first: try ahead.next()) { (images) throws(MVError) in
        values = [Float](repeating: .nan, count: block.rows.count * representation.columns)
        guard let batch = images.batch else { return }
        let rows: Matrix
        do throws(MVError) { rows = try embed(batch) } catch {
          throw error.row == nil ? error : error.with(subject: "\(writer.plan.splits[block.splitIndex].name) row")
        }
        values.replaceSubrange(0..<rows.values.count, with: rows.values)
        values.withUnsafeMutableBufferPointer { images.spread($0, width: representation.columns) }
      }
      for column in block.missing { try writer.write(values, of: column, to: block) }
    }
    return loader.summary(of: fill)
  }
}
