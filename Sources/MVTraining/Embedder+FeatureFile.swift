public import Foundation
public import MVCore
public import MVDatasets
public import MVStore

extension Embedder {
  /// Embeds splits of a source into a feature file, under `name`, from where an earlier run stopped.
  ///
  /// `checkpoint` tells one encoder's file from another's: a file of other weights is refused. `isCancelled` is asked after
  /// each block of rows; then what is done is kept and an error of the kind `interrupted` is thrown. Returns the number of
  /// rows. Throws where an image cannot be read or the file cannot be written.
  @discardableResult
  public func write(
    _ source: any ImageSource, splits: [String]? = nil, to url: URL, name: String = "embedding", checkpoint: String,
    element: ElementType = .float32, overwrite: Bool = false, software: [String: String] = [:],
    isCancelled: () -> Bool = { false }, progress: (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Int {
    let chosen = try splits.map { (names) throws(MVError) in
      try names.map { (name) throws(MVError) in try source.split(name) }
    }
    let parts = chosen ?? source.splits
    let contents = source.contents
    let plan = FeatureFilePlan(
      dataset: contents.name, location: contents.location, fingerprint: contents.fingerprint,
      classNames: contents.classNames, settings: ["checkpoint": .string(checkpoint)], software: software,
      element: element, blockRows: 256,
      splits: parts.map { SplitPlan(name: $0.name, labels: $0.labels, ids: $0.ids) },
      representations: [
        RepresentationPlan(
          name: name, representation: "embedding", settings: ["output": .string(output.rawValue)], shape: [columns],
          axes: ["feature"])
      ])
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
      try writer.write(rows.values, of: name, to: block)
      done += block.rows.count
      progress(
        RunProgress(
          doneBefore: before, done: done, total: writer.rows, seconds: (ContinuousClock.now - start) / .seconds(1)))
    }
    try writer.finish()
    return writer.rows
  }
}
