internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVStore
internal import MVTraining

extension Command {
  /// `mvmr-bench evaluation`: k-NN against FAISS flat, the probe against scikit-learn, and the probe's memory, in one
  /// run.
  static let evaluation = Command(
    "evaluation", summary: "k-NN against FAISS, the probe against scikit-learn, and its memory, in one run",
    discussion: """
      Ratios above 1 mean that this package is faster. Both sides see the same features: random ones, or those of --file.
      MVMR_PYTHON names a Python with h5py, faiss and scikit-learn. The peers' reading and normalising are not timed; ours are.
      `--work hard` fits the 13 penalties of `mvmr probe` to features that are hard for a probe, or to those of --file.
      `--work memory` fits 13 penalties to 50,000 rows of 15,552 float16 values, for 25 iterations, and says the most memory held.

      Examples:
        MVMR_PYTHON=peers/bin/python mvmr-bench evaluation
        mvmr-bench evaluation --work memory --folder /fast/disk
        MVMR_PYTHON=peers/bin/python mvmr-bench evaluation --work probe --file features.h5 --representation hog
        MVMR_INSTRUCTIONS=avx512 mvmr-bench evaluation --work knn      without VNNI and bfloat16; avx2: without AVX-512
      """,
    arguments: [
      .choice(
        "work", among: ["knn", "probe", "hard", "memory"], "what to measure; default: all but memory", repeated: true),
      .option("file", "FEATURES", "measure on the splits train and test of this file"),
      .option("representation", "NAME", "which representation of --file"),
      .option("folder", "DIR", "where to write; default: the temporary folder"), Peer.option, BenchmarkResults.option,
    ]
  ) { (arguments) throws(MVError) in
    var works = arguments.all("work")
    if works.isEmpty { works = ["knn", "probe", "hard"] }
    var given: BenchmarkFeatures?
    if let file = arguments["file"] {
      guard let name = arguments["representation"] else {
        throw .usage("--representation", "is not given", remedy: "name one of \(file)")
      }
      given = BenchmarkFeatures(url: URL(filePath: file), name: name)
    }
    try Measurement.inFolder(arguments) { (folder) throws(MVError) in
      let benchmark = EvaluationBenchmark(
        folder: folder, given: given, peer: Peer(PackageResources.evaluation_py, arguments))
      var results = BenchmarkResults("evaluation")
      if works.contains("knn") { try benchmark.neighbors(into: &results) }
      if works.contains("probe") { try benchmark.probe(into: &results) }
      if works.contains("hard") { try benchmark.hardCases(into: &results) }
      if works.contains("memory") { try benchmark.memory(into: &results) }
      try results.print(arguments)
    }
  }
}

/// One run of the measurement.
private struct EvaluationBenchmark {
  let folder: URL
  let given: BenchmarkFeatures?
  let peer: Peer

  func neighbors(into results: inout BenchmarkResults) throws(MVError) {
    for (columns, queries) in given == nil ? [(512, 10_000), (2048, 2000)] : [(0, 0)] {
      let features = try features(test: queries, columns: columns)
      defer { features.remove(unless: given) }
      let (train, test) = try features.open()
      for k in [20, 200] {
        let search = NearestNeighbors(k: [k])
        var found: Neighbors?
        let seconds = try median { () throws(MVError) in found = try search.search(train: train, queries: test) }
        let rows = folder.appending(path: "rows")
        var figure = BenchmarkResults.Figure(
          work: "k-NN \(train.rows.count) x \(train.columns), \(test.rows.count) queries, k = \(k)", unit: .seconds,
          ours: seconds, peer: "FAISS flat", wanted: WantedRatio.neighbors)
        if let answer = python(["faiss", features.url.path, features.name, "\(threads)", "\(k)", rows.path]),
          let bytes = try? Data(contentsOf: rows), let found
        {
          let theirs = bytes.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
          let same = zip(found.rows, theirs).count { $0 == $1 }
          figure.theirs = answer.seconds
          figure.remark = String(format: "%.4f %% of neighbours agree", 100 * Double(same) / Double(theirs.count))
        }
        results.add(figure)
      }
    }
  }

  func probe(into results: inout BenchmarkResults) throws(MVError) {
    let features = try features(test: 10_000, columns: 324)
    defer { features.remove(unless: given) }
    let (train, _) = try features.open()
    // scikit-learn's C from 1e-6 to 1, as lambda = 1 / (C rows).
    let rows = Double(train.rows.count)
    let lambdas = LambdaGrid.logarithmic(1 / rows...1e6 / rows, count: 13)
    try probe(
      features, LinearProbe(lambdas: lambdas), given?.name ?? "random", wanted: WantedRatio.probe, into: &results)
  }

  func hardCases(into results: inout BenchmarkResults) throws(MVError) {
    if let given {
      try probe(given, LinearProbe(), given.name, wanted: WantedRatio.hardProbe, into: &results)
      return
    }
    for kind in HardCase.allCases {
      let features = try BenchmarkFeatures.hard(kind, folder)
      defer { features.remove(unless: nil) }
      try probe(features, LinearProbe(), kind.rawValue, wanted: WantedRatio.hardProbe, into: &results)
    }
  }

  /// Fits the penalties, and has the peer fit them; ours is the median of three runs, the peer's one.
  private func probe(
    _ features: BenchmarkFeatures, _ settings: LinearProbe, _ name: String, wanted: Double,
    into results: inout BenchmarkResults
  ) throws(MVError) {
    let (train, test) = try features.open()
    var fits: [(probe: FittedProbe, top1: Double)] = []
    let seconds = try median { () throws(MVError) in
      let probe = try settings.fit(train)
      fits.append((probe, try probe.score(test).top1))
    }
    let (probe, top1) = fits[0]
    let made = probe.candidates.count { $0.ending != nil }
    let remark =
      "top-1 \(Percent(top1)) at \(String(format: "%.3g", probe.lambda)), \(made) of \(probe.candidates.count) compared, "
      + "gradient norm \(String(format: "%.1g", probe.gradientNorm))"
    var figure = BenchmarkResults.Figure(
      work: "probe, \(probe.candidates.count) penalties, \(name): "
        + "\(probe.trainRows) x \(probe.columns), \(probe.classes.count) classes",
      unit: .seconds, ours: seconds, peer: "scikit-learn", wanted: wanted, remark: remark)
    let values = settings.lambdas.values.map { "\($0)" }.joined(separator: ",")
    let arguments = ["scikit-learn", features.url.path, features.name, "\(threads)", values, "\(probe.lambda)"]
    if let answer = python(arguments) {
      figure.theirs = answer.seconds
      if let objective = answer.objective, let converged = answer.converged_top1 {
        figure.remark =
          remark + String(format: "; at convergence theirs %.2f %%, loss ", 100 * converged)
          + String(format: "%.1e of it above theirs", probe.objective / objective - 1)
      }
    }
    results.add(figure)
  }

  func memory(into results: inout BenchmarkResults) throws(MVError) {
    let features = try BenchmarkFeatures.random(folder, train: 50_000, test: 100, columns: 15_552, element: .float16)
    let size = (try? FileManager.default.attributesOfItem(atPath: features.url.path))?[.size] as? Int ?? 0
    let gibibyte = Double(1 << 30)
    let before = Double(ProcessMemory.peak) / gibibyte
    let (train, test) = try features.open()
    let seconds = try Measurement.seconds { () throws(MVError) in
      _ = try LinearProbe(maxIterations: 25).fit(train).score(test)
    }
    results.add(
      BenchmarkResults.Figure(
        work: "probe, 13 penalties, 50000 x 15552 float16, 25 iterations", unit: .gibibytes,
        ours: Double(ProcessMemory.peak) / gibibyte,
        remark: String(
          format: "in %.0f s; %.2f GiB before; of it the file's mapped pages up to %.2f GiB", seconds, before,
          Double(size) / gibibyte)))
  }

  /// Those of --file, or random ones of 50,000 train rows.
  private func features(test: Int, columns: Int) throws(MVError) -> BenchmarkFeatures {
    if let given { return given }
    return try .random(folder, train: 50_000, test: test, columns: columns)
  }

  private var threads: Int { Parallel.processorCount }

  private func median(_ body: () throws(MVError) -> Void) throws(MVError) -> Double {
    var times: [Double] = []
    for _ in 0..<3 { times.append(try Measurement.seconds(body)) }
    return times.sorted()[1]
  }

  /// What a peer prints.
  private struct Answer: Decodable {
    let seconds: Double
    let top1: Double
    /// The minimized value and the accuracy of a fit to convergence, which is not timed.
    var objective: Double?
    var converged_top1: Double?
  }

  /// What a peer in Python says; nil where there is none.
  private func python(_ arguments: [String]) -> Answer? {
    peer.output(arguments, for: arguments[0]).flatMap { try? JSONDecoder().decode(Answer.self, from: Data($0.utf8)) }
  }
}
