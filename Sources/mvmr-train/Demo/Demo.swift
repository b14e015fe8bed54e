internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVExtraction
internal import MVFiles
internal import MVImaging
internal import MVPages
internal import MVRepresentations
internal import MVStore
internal import MVTraining

/// The whole story: extract, score, train, score again, report.
struct Demo {
  /// So many that training takes a couple of minutes on two cores.
  static let epochs = 24

  /// What the demo comes to.
  struct Outcome {
    let scores: [Scores]
    let report: URL
    let seconds: Double

    var table: String {
      var table = TextTable("features", "columns", "k-NN (20)", "linear probe")
      for score in scores {
        table.add(
          score.title, "\(score.columns)", Percent(score.measures.neighborTop1).description,
          Percent(score.measures.probeTop1).description)
      }
      return table.text
    }
  }

  let folder: URL
  let images: Int
  let epochs: Int

  func run() throws(MVError) -> Outcome {
    let start = Date()
    let lock = try prepareFolder()
    defer { withExtendedLifetime(lock) {} }
    let source = try Synthetic(count: images)

    Terminal.progress("1/4  four representations of \(images) drawn images, into features.h5")
    let file = try extract(source)

    Terminal.progress("2/4  how well each tells the ten classes apart")
    let names = file.representations.map(\.name)
    var scores: [Scores] = []
    for name in names { scores.append(try scored(name, of: file, [name])) }
    scores.append(try scored("all four", of: file, names))

    Terminal.progress("3/4  train an encoder on them, without labels")
    let split = try source.split("train")
    let settings = self.settings()
    let untrained = try embeddings("untrained", of: source, by: Embedder(untrained: settings, imageShape: split.shape))
    scores.append(try scored("encoder, untrained", of: untrained, ["embedding"]))
    let data = try TrainingData(
      source: source, split: split, targets: try TrainingTarget.targets(in: file, of: source, split: split))
    let trainer = try Trainer(settings, data: data, folder: folder.appending(path: "run"))
    let records = try TrainingRun.run(trainer)

    Terminal.progress("4/4  how well its embeddings tell the classes apart")
    let trained = try embeddings("trained", of: source, by: trainer.embedder())
    scores.append(try scored("encoder, trained", of: trained, ["embedding"]))

    let seconds = Date().timeIntervalSince(start)
    let report = folder.appending(path: "report.html")
    try DemoPage(
      source: source, scores: scores, records: records, settings: settings, seconds: seconds, trained: trained
    ).write(to: report)
    return Outcome(scores: scores, report: report, seconds: seconds)
  }

  /// The demo replaces what an earlier demo wrote, and nothing else; other processes are kept out by what it returns.
  private func prepareFolder() throws(MVError) -> FolderLock {
    let marker = folder.appending(path: ".mvmr-demo")
    let files = ["features.h5", "untrained.h5", "trained.h5", "report.html"]
    let manager = FileManager.default
    func entries() -> [String] { (try? manager.contentsOfDirectory(atPath: folder.path)) ?? [] }
    if entries().contains(where: { $0 != FolderLock.name }) {
      do throws(MVError) {
        // Whoever else may write into the folder could leave a marker in it.
        _ = try FileDescriptor(own: marker.path, flags: O_RDONLY, creating: false)
      } catch {
        guard error.kind == .missingInput else { throw error }
        throw .usage(folder.path, "holds files that are not a demo's", remedy: "give another folder with --output")
      }
    }
    try AtomicFile.check([marker.lastPathComponent] + files, in: folder)
    try AtomicFile.checkFolders(["run"], in: folder)
    try Folder.create(folder)
    let lock = try FolderLock(folder)
    do {
      let present = entries()
      for name in ["run"] + files where present.contains(name) {
        try manager.removeItem(at: folder.appending(path: name))
      }
    } catch { throw .inputOutput(folder.path, "cannot be emptied", remedy: "check the path and its permissions") }
    try AtomicFile.write(Data(), to: marker, followsLinks: false)
    return lock
  }

  private func extract(_ source: Synthetic) throws(MVError) -> FeatureFile {
    let url = folder.appending(path: "features.h5")
    let representations = try Catalogue.standard.defaults.map { (specification) throws(MVError) in
      NamedRepresentation(try specification.make(), as: specification.storedName)
    }
    let extraction = Extraction(of: representations, from: source, to: url)
    _ = try Job("extract", unit: "images").run { (job) throws(MVError) in
      try extraction.run(cancellation: job.cancellation, progress: job.progress)
    }
    return try FeatureFile(reading: url)
  }

  /// A small encoder, and views by crops and flips alone: stronger changes of color and blur wipe out what tells these
  /// drawings apart.
  private func settings() -> TrainingSettings {
    var settings = TrainingSettings()
    settings.encoder = .cifarResNet
    settings.depth = 8
    settings.widths = [16, 32, 64]
    settings.projector = [256, 256, 256]
    settings.batchSize = min(128, images / 2)
    settings.epochs = epochs
    settings.lr = 1e-3
    settings.policy = .cifar
    return settings
  }

  /// Can be stopped by Ctrl-C, as every part of the demo.
  private func scored(_ title: String, of file: FeatureFile, _ names: [String]) throws(MVError) -> Scores {
    try Scores(
      title, of: try EvaluationPair(file, representations: names), cancellation: Interruption.cancellation)
  }

  private func embeddings(
    _ name: String, of source: Synthetic, by embedder: Embedder
  ) throws(MVError) -> FeatureFile {
    let url = folder.appending(path: "\(name).h5")
    try embedder.write(
      EmbeddingJob(of: source, to: url), checkpoint: name, cancellation: Interruption.cancellation)
    return try FeatureFile(reading: url)
  }
}
