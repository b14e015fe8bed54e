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
    var random = SeededGenerator(seed: 0)
    let centers = (0..<10 * columns).map { _ in Float(0.15 * random.normal()) }
    return try write(folder, train: train, test: test, columns: columns, classes: 10, element: element) {
      for column in 0..<columns { $2[column] = centers[$1 * columns + column] + Float($0.normal()) }
    }
  }

  /// Writes a case that is hard for a probe, with 2,000 rows to test on.
  static func hard(_ kind: HardCase, _ folder: URL) throws(MVError) -> BenchmarkFeatures {
    let (rows, columns, classes) = kind.shape
    return try write(
      folder, train: rows, test: 2000, columns: columns, classes: classes, element: .float32, kind.maker())
  }

  /// Writes rows whose classes take turns; `make` writes the row of a class.
  private static func write(
    _ folder: URL, train: Int, test: Int, columns: Int, classes: Int, element: ElementType,
    _ make: @Sendable (inout SeededGenerator, Int, UnsafeMutablePointer<Float>) -> Void
  ) throws(MVError) -> BenchmarkFeatures {
    let url = folder.appending(path: "\(columns).h5")
    let splits = [("train", train), ("test", test)].map { name, rows in
      SplitPlan(
        name: name, labels: .single((0..<rows).map { Int64($0 % classes) }), ids: (0..<rows).lazy.map { "\($0)" })
    }
    let plan = FeatureFilePlan(
      dataset: "bench", fingerprint: "bench", element: element, splits: splits,
      representations: [RepresentationPlan(name: "x", representation: "x", shape: [columns], axes: ["column"])])
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    let blocks = writer.missingBlocks
    try Parallel.forEach(blocks.count) { index throws(MVError) in
      let block = blocks[index]
      var random = SeededGenerator(seed: UInt64(index + 1))
      var values = [Float](repeating: 0, count: block.rows.count * columns)
      values.withUnsafeMutableBufferPointer { buffer in
        for (place, row) in block.rows.enumerated() {
          make(&random, row % classes, buffer.baseAddress! + place * columns)
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
