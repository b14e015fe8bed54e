internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVStore

extension Command {
  /// `mvmr-bench store`: writing, reading, checking and random batches against dd, cat, h5py and NumPy, in one run.
  static let store = Command(
    "store", summary: "The feature file against dd, cat, h5py and a NumPy memory map, in one run",
    discussion: """
      Ratios above 1 mean that this package is faster. MVMR_PYTHON names a Python with h5py for the peers in Python.

      Example:
        MVMR_PYTHON=peers/bin/python mvmr-bench store --gigabytes 1 --folder /fast/disk
      """,
    arguments: [
      .option("gigabytes", "N", "size of each of the two files", default: "1"),
      .option("batches", "N", "random batches of 256 rows", default: "100"),
      .option("folder", "DIR", "where to write; default: the temporary folder"), Peer.option, BenchmarkResults.option,
    ]
  ) { (arguments) throws(MVError) in
    let bytes = (try arguments.int("gigabytes", in: 1...1000) ?? 1) << 30
    let batches = try arguments.int("batches", in: 1...100_000) ?? 100
    try Measurement.inFolder(arguments) { (folder) throws(MVError) in
      let benchmark = StoreBenchmark(
        folder: folder, bytes: bytes, batches: batches, peer: Peer(PackageResources.store_py, arguments))
      try benchmark.run().print(arguments)
    }
  }
}

/// One run of the measurement.
private struct StoreBenchmark {
  let folder: URL
  let bytes: Int
  let batches: Int
  let peer: Peer

  func run() throws(MVError) -> BenchmarkResults {
    var results = BenchmarkResults("store")
    for (columns, name, wanted) in [
      (1024, "memmap", WantedRatio.narrowBatches), (15_552, "h5py", WantedRatio.wideBatches),
    ] {
      let url = folder.appending(path: "\(columns).h5")
      let writing = try Measurement.seconds { () throws(MVError) in try write(columns, to: url) }
      if columns == 1024 {
        let dd = try program(
          "/bin/dd",
          ["if=/dev/zero", "of=\(folder.path)/dd", "bs=1M", "count=\(bytes >> 20)", "conv=fdatasync", "status=none"])
        results.add(figure("sequential write", writing, "dd with fdatasync", dd, WantedRatio.sequentialWrite))
        try? FileManager.default.removeItem(at: folder.appending(path: "dd"))
        let cat = try best { () throws(MVError) in _ = try program("/bin/sh", ["-c", "cat '\(url.path)' >/dev/null"]) }
        let reading = try best { () throws(MVError) in try read(url) }
        results.add(figure("sequential read", reading, "cat", cat, WantedRatio.sequentialRead))
        let verifying = try best { () throws(MVError) in _ = try FeatureFile(reading: url).verify() }
        var verify = figure("verify", verifying, "cat", cat, nil)
        verify.remark = String(format: "%.1f GB/s", Double(bytes) / verifying / 1e9)
        results.add(verify)
      }
      let features = try FeatureFile(reading: url)["train"].features("x")
      let ours = try best { () throws(MVError) in randomBatches(features) }
      results.add(figure("\(batches) x 256 rows of \(columns) float16", ours, name, python(name, url), wanted))
      try? FileManager.default.removeItem(at: url)
    }
    return results
  }

  private func figure(
    _ work: String, _ ours: Double, _ peer: String, _ theirs: Double?, _ wanted: Double?
  ) -> BenchmarkResults.Figure {
    BenchmarkResults.Figure(
      work: work, unit: .seconds, ours: ours, peer: peer, theirs: theirs, wanted: wanted)
  }

  /// The best of three.
  private func best(_ body: () throws(MVError) -> Void) throws(MVError) -> Double {
    var best = Double.infinity
    for _ in 0..<3 { best = min(best, try Measurement.seconds(body)) }
    return best
  }

  private func program(_ path: String, _ arguments: [String]) throws(MVError) -> Double {
    try Measurement.seconds { () throws(MVError) in
      let process = Process()
      process.executableURL = URL(filePath: path)
      process.arguments = arguments
      do { try process.run() } catch { throw .missingInput(path, "cannot be run: \(error)") }
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw .inputOutput(path, "failed: \(arguments)") }
    }
  }

  private func write(_ columns: Int, to url: URL) throws(MVError) {
    let rows = bytes / (2 * columns)
    let plan = FeatureFilePlan(
      dataset: "bench", fingerprint: "bench", element: .float16,
      splits: [
        SplitPlan(
          name: "train", labels: .single([Int64](repeating: 0, count: rows)), ids: (0..<rows).lazy.map { "\($0)" })
      ], representations: [RepresentationPlan(name: "x", representation: "x", shape: [columns], axes: ["column"])])
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    let blocks = writer.missingBlocks
    var random = SeededGenerator(seed: 1)
    let values = (0..<256 * columns).map { _ in Float(random.uniform()) }
    try Parallel.forEach(blocks.count) { index throws(MVError) in
      let block = blocks[index]
      try values.withUnsafeBufferPointer { (buffer) throws(MVError) in
        try writer.write(
          UnsafeBufferPointer(rebasing: buffer[..<(block.rows.count * columns)]), of: "x", to: block)
      }
    }
    try writer.finish()
  }

  /// Every row, widened to float32, by blocks on all cores.
  private func read(_ url: URL) throws(MVError) {
    let features = try FeatureFile(reading: url)["train"].features("x")
    let step = 512
    try Parallel.forEach(Parallel.processorCount) { thread throws(MVError) in
      let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: step * features.columns)
      defer { values.deallocate() }
      let share = features.rows / Parallel.processorCount + 1
      let rows = min(features.rows, thread * share)..<min(features.rows, (thread + 1) * share)
      for start in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
        let part = start..<min(start + step, rows.upperBound)
        features.copyRows(
          part, into: UnsafeMutableBufferPointer(rebasing: values[..<(part.count * features.columns)]))
      }
    }
  }

  /// Both sides keep their file open and mapped from pass to pass.
  private func randomBatches(_ features: FeatureMatrix) {
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 256 * features.columns)
    defer { values.deallocate() }
    var random = SeededGenerator(seed: 2)
    for _ in 0..<batches {
      features.copyRows(at: (0..<256).map { _ in random.integer(below: features.rows) }, into: values)
    }
  }

  /// The seconds of a peer in Python; nil where there is none.
  private func python(_ name: String, _ url: URL) -> Double? {
    peer.output([name, url.path, folder.path, "\(batches)"], for: name)
      .flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}
