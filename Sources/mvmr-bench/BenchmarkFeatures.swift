internal import Foundation
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// The features a benchmark works on: one representation of a feature file with the splits train and test.
struct BenchmarkFeatures {
  let url: URL
  let name: String

  /// Writes ten classes of rows: a center of standard deviation 0.15 a class, and noise of standard deviation 1.
  static func random(
    _ folder: URL, train: Int, test: Int, columns: Int, element: ElementType = .float32
  ) throws(MVError) -> BenchmarkFeatures {
    let url = folder.appending(path: "\(columns).h5")
    let splits = [("train", train), ("test", test)].map { name, rows in
      SplitPlan(
        name: name, labels: .single((0..<rows).map { Int64($0 % 10) }), ids: (0..<rows).lazy.map { "\($0)" })
    }
    let plan = FeatureFilePlan(
      dataset: "bench", fingerprint: "bench", element: element, splits: splits,
      representations: [RepresentationPlan(name: "x", representation: "x", shape: [columns], axes: ["column"])])
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    var random = SeededGenerator(seed: 0)
    let centres = (0..<10 * columns).map { _ in Float(0.15 * random.normal()) }
    let blocks = writer.missingBlocks
    try Parallel.forEach(blocks.count) { index throws(MVError) in
      let block = blocks[index]
      var random = SeededGenerator(seed: UInt64(index + 1))
      var values = [Float](repeating: 0, count: block.rows.count * columns)
      for (place, row) in block.rows.enumerated() {
        for column in 0..<columns {
          values[place * columns + column] = centres[row % 10 * columns + column] + Float(random.normal())
        }
      }
      try values.withUnsafeBufferPointer { (buffer) throws(MVError) in try writer.write(buffer, of: "x", to: block) }
    }
    try writer.finish()
    return BenchmarkFeatures(url: url, name: "x")
  }

  /// The splits, opened for reading.
  func open() throws(MVError) -> (train: LabeledFeatures, test: LabeledFeatures) {
    try EvaluationPair(FeatureFile(reading: url), representations: [name]).heldOut()
  }

  /// Deletes the file unless it is the one the user gave.
  func remove(unless given: BenchmarkFeatures?) {
    if given == nil { try? FileManager.default.removeItem(at: url) }
  }
}
