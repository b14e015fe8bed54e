internal import Foundation
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVStore

/// The writing of one embedding of every image of a source into a feature file, from where an earlier run stopped.
struct EmbeddingFile {
  /// What a row is.
  let representation: RepresentationPlan
  /// What tells the file of one network from another's.
  let settings: [String: SettingValue]
  let embed: (ImageBatch) throws(MVError) -> Matrix

  /// Writes `splits`, or all; returns the number of rows.
  func write(
    _ source: any ImageSource, splits: [String]?, to url: URL, element: ElementType, overwrite: Bool,
    software: [String: String], isCancelled: () -> Bool, progress: (RunProgress) -> Void
  ) throws(MVError) -> Int {
    let chosen = try splits.map { (names) throws(MVError) in
      try names.map { (name) throws(MVError) in try source.split(name) }
    }
    let parts = chosen ?? source.splits
    let plan = try FeatureFilePlan(
      of: source.contents, splits: parts, settings: settings, software: software, element: element,
      representations: [representation])
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan, overwrite: overwrite)
    let blocks = writer.missingBlocks
    let before = writer.rows - blocks.reduce(0) { $0 + $1.rows.count }
    var done = before
    let start = ContinuousClock.now
    for block in blocks {
      guard !isCancelled() else {
        try writer.finish()
        throw MVError(
          .interrupted, url.path, "was stopped after \(done) of \(writer.rows) rows",
          remedy: "run the same command again: it goes on from there")
      }
      let rows = try embed(try source.images(block.rows, of: try source.split(block.split)))
      try writer.write(rows.values, of: representation.name, to: block)
      done += block.rows.count
      progress(
        RunProgress(
          doneBefore: before, done: done, total: writer.rows, seconds: (ContinuousClock.now - start).seconds))
    }
    try writer.finish()
    return writer.rows
  }
}
