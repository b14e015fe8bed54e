internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVStore
internal import MVTraining

extension Command {
  /// `mvmr-bench evaluation`: k-NN against FAISS flat, the probe against scikit-learn, and the probe's memory, in one run.
  static let evaluation = Command(
    "evaluation", summary: "k-NN against FAISS, the probe against scikit-learn, and its memory, in one run",
    discussion: """
      Ratios above 1 mean that this package is faster. Both sides see the same features: random ones, or those of --file.
      MVMR_PYTHON names a Python with h5py, faiss and scikit-learn. The peers' reading and normalising are not timed; ours are.
      `--work memory` fits 13 penalties to 50,000 rows of 15,552 float16 values, for 25 iterations, and says the most memory held.

      Examples:
        MVMR_PYTHON=peers/bin/python mvmr-bench evaluation
        mvmr-bench evaluation --work memory --folder /fast/disk
        MVMR_PYTHON=peers/bin/python mvmr-bench evaluation --work probe --file features.h5 --representation hog
      """,
    arguments: [
      .option("work", "knn|probe|memory", "what to measure; default: knn and probe", repeated: true),
      .option("file", "FEATURES", "measure on the splits train and test of this file"),
      .option("representation", "NAME", "which representation of --file"),
      .option("folder", "DIR", "where to write; default: the temporary folder"),
    ]
  ) { (arguments) throws(MVError) in
    var works = arguments.all("work")
    if works.isEmpty { works = ["knn", "probe"] }
    for work in works where !["knn", "probe", "memory"].contains(work) {
      throw .usage("--work \(work)", "is not known", remedy: "give knn, probe or memory")
    }
    var given: BenchmarkFeatures?
    if let file = arguments["file"] {
      guard let name = arguments["representation"] else {
        throw .usage("--representation", "is not given", remedy: "name one of \(file)")
      }
      given = BenchmarkFeatures(url: URL(filePath: file), name: name)
    }
    try Measurement.inFolder(arguments) { (folder) throws(MVError) in
      let benchmark = EvaluationBenchmark(folder: folder, given: given)
      var table = TextTable("work", "ours", "peer", "ratio", "wanted", "agreement")
      if works.contains("knn") { try benchmark.neighbors(into: &table) }
      if works.contains("probe") { try benchmark.probe(into: &table) }
      if works != ["memory"] { print(table.text) }
      if works.contains("memory") { try benchmark.memory() }
    }
  }
}

/// One run of the measurement.
private struct EvaluationBenchmark {
  let folder: URL
  let given: BenchmarkFeatures?

  func neighbors(into table: inout TextTable) throws(MVError) {
    for (columns, queries) in given == nil ? [(512, 10_000), (2048, 2000)] : [(0, 0)] {
      let features = try features(test: queries, columns: columns)
      defer { features.remove(unless: given) }
      let (train, test) = try features.open()
      for k in [20, 200] {
        let search = NearestNeighbors(k: [k])
        var found: Neighbors?
        let seconds = try median { () throws(MVError) in found = try search.search(train: train, queries: test) }
        let rows = folder.appending(path: "rows")
        guard
          let answer = python(["faiss", features.url.path, features.name, "\(threads)", "\(k)", rows.path]),
          let bytes = try? Data(contentsOf: rows), let found
        else { continue }
        let theirs = bytes.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
        let same = zip(found.rows, theirs).count { $0 == $1 }
        table.add(
          row: row(
            "k-NN \(train.rows.count) x \(train.columns), \(test.rows.count) queries, k = \(k); FAISS flat", seconds,
            answer.seconds, "1.2", String(format: "%.4f %% of neighbours", 100 * Double(same) / Double(theirs.count))))
      }
    }
  }

  func probe(into table: inout TextTable) throws(MVError) {
    let features = try features(test: 10_000, columns: 324)
    defer { features.remove(unless: given) }
    let (train, test) = try features.open()
    // scikit-learn's C from 1e-6 to 1, as lambda = 1 / (C rows).
    let rows = Double(train.rows.count)
    let lambdas = LambdaGrid.logarithmic(1 / rows...1e6 / rows, count: 13)
    var top1 = 0.0
    let seconds = try Measurement.seconds { () throws(MVError) in
      top1 = try LinearProbe(lambdas: lambdas).fit(train).score(test).top1
    }
    let values = lambdas.values.map { "\($0)" }.joined(separator: ",")
    guard let answer = python(["scikit-learn", features.url.path, features.name, "\(threads)", values]) else {
      return
    }
    table.add(
      row: row(
        "probe, 13 penalties, \(train.rows.count) x \(train.columns); scikit-learn", seconds, answer.seconds, "5.0",
        String(format: "top-1 %.2f %%, theirs %.2f %% at best", 100 * top1, 100 * answer.top1)))
  }

  func memory() throws(MVError) {
    let features = try BenchmarkFeatures.random(folder, train: 50_000, test: 100, columns: 15_552, element: .float16)
    let size = (try? FileManager.default.attributesOfItem(atPath: features.url.path))?[.size] as? Int ?? 0
    let gibibyte = Double(1 << 30)
    let before = Double(ProcessMemory.peak) / gibibyte
    let (train, test) = try features.open()
    let seconds = try Measurement.seconds { () throws(MVError) in
      _ = try LinearProbe(maxIterations: 25).fit(train).score(test)
    }
    print(
      String(
        format: """
          probe, 13 penalties, 50000 x 15552 float16, 25 iterations: %.0f s, at most %.2f GiB held (%.2f before; of it the file's \
          mapped pages up to %.2f)
          """, seconds, Double(ProcessMemory.peak) / gibibyte, before, Double(size) / gibibyte))
  }

  /// Those of --file, or random ones of 50,000 train rows.
  private func features(test: Int, columns: Int) throws(MVError) -> BenchmarkFeatures {
    if let given { return given }
    return try .random(folder, train: 50_000, test: test, columns: columns)
  }

  private var threads: Int { Parallel.processorCount }

  private func row(_ work: String, _ ours: Double, _ peer: Double, _ wanted: String, _ agreement: String) -> [String] {
    [
      work, String(format: "%.2f s", ours), String(format: "%.2f s", peer), String(format: "%.2f", peer / ours), wanted,
      agreement,
    ]
  }

  private func median(_ body: () throws(MVError) -> Void) throws(MVError) -> Double {
    var times: [Double] = []
    for _ in 0..<3 { times.append(try Measurement.seconds(body)) }
    return times.sorted()[1]
  }

  /// What a peer in Python says; nil, with a note, where there is none.
  private func python(_ arguments: [String]) -> EvaluationPeers.Answer? {
    Measurement.python(EvaluationPeers.script, arguments, for: arguments[0])
      .flatMap { try? JSONDecoder().decode(EvaluationPeers.Answer.self, from: Data($0.utf8)) }
  }
}
