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
  func write(
    cancellation: Cancellation, progress: @escaping @Sendable (RunProgress) -> Void
  ) throws(MVError) -> FillSummary {
    let chosen = try job.splits.map { (names) throws(MVError) in
      try names.map { (name) throws(MVError) in try job.source.split(name) }
    }
    let splits = chosen ?? job.source.splits
    let plan = try FeatureFilePlan(
      of: job.source.contents, splits: splits, settings: settings, software: job.software, element: job.element,
      representations: [representation])
    if !job.overwrite, let file = try FeatureFile.ifFinished(job.output, by: plan) { return FillSummary(whole: file) }
    let writer = try FeatureFileWriter(creatingOrResuming: job.output, plan: plan, overwrite: job.overwrite)
    return try writer.fillInOrder(cancellation: cancellation, progress: progress) { (block) throws(MVError) in
      let rows = try embed(try job.source.images(block.rows, of: splits[block.splitIndex]))
      for column in block.missing { try writer.write(rows.values, of: column, to: block) }
    }
  }
}
