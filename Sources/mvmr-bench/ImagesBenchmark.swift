internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVImaging
internal import MVNetworks
internal import MVTraining

extension Command {
  /// `mvmr-bench images`: the way from photographs to a network, beside Pillow and torchvision in one run.
  static let images = Command(
    "images", summary: "Photographs decoded, framed, augmented and embedded, against Pillow and torchvision in one run",
    discussion: """
      SOURCE is a folder of photographs of any size. They are brought to 224 of 256 pixels, whole (exact) or no more than is
      needed (fast, against Pillow's draft); views are those of the policy `custom`. Two threads stand against two processes.
      MVMR_PYTHON names a Python with Pillow and torchvision. The peer of `embed` is the same network on images at hand.

      Examples:
        MVMR_PYTHON=peers/bin/python mvmr-bench images folder:photos
        mvmr-bench images folder:photos --work frame --work views --alone
      """,
    arguments: [
      .positional("SOURCE", "a folder of image files: folder:DIR"),
      .choice("work", among: ["frame", "views", "both", "embed"], "what to measure; default: all", repeated: true),
      .option("threads", "N", "threads of ours, processes of the peer", default: "all"),
      .option("folder", "DIR", "where to write; default: the temporary folder"), Peer.option, BenchmarkResults.option,
    ]
  ) { (arguments) throws(MVError) in
    try ThreadEnvironment.waitPassively()
    Torch.keepFreedMemory()
    var request = try SourceRequest(parsing: try arguments.required("SOURCE"))
    request.framing = ImagesBenchmark.framing
    var works = arguments.all("work")
    if works.isEmpty { works = ["frame", "views", "both", "embed"] }
    let threads = try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount
    try Measurement.inFolder(arguments) { (folder) throws(MVError) in
      let benchmark = try ImagesBenchmark(
        request, threads: threads, folder: folder, peer: Peer(PackageResources.images_py, arguments))
      var results = BenchmarkResults("images")
      if works.contains("frame") { try benchmark.frames(into: &results) }
      if works.contains("views") { try benchmark.views(into: &results) }
      if works.contains("both") { try benchmark.photographs(into: &results) }
      if works.contains("embed") { try benchmark.embedding(into: &results) }
      try results.print(arguments)
    }
  }
}

/// One run of the measurement.
private struct ImagesBenchmark {
  static let framing = Framing(.square(224), resize: 256)

  let request: SourceRequest
  let source: any PhotographSource
  let split: SourceSplit
  let threads: Int
  let folder: URL
  let peer: Peer
  private let list: URL

  init(_ request: SourceRequest, threads: Int, folder: URL, peer: Peer) throws(MVError) {
    guard request.kind == "folder", let source = try request.open() as? any PhotographSource else {
      throw .usage("source \(request)", "is not a folder of image files", remedy: "give folder:DIR")
    }
    self.request = request
    self.source = source
    split = source.splits[0]
    self.threads = threads
    self.folder = folder
    self.peer = peer
    list = folder.appending(path: "files.txt")
    let paths = split.ids.map { "\(request.paths[0])/\($0)" }.joined(separator: "\n")
    do { try Data(paths.utf8).write(to: list) } catch { throw .inputOutput(list.path, "cannot be written") }
  }

  /// A photograph to the pixels that a network takes.
  func frames(into results: inout BenchmarkResults) throws(MVError) {
    for method in Decoding.Method.allCases {
      var asked = request
      asked.decoding.method = method
      let source = try asked.open()
      let rate = try rate { (row) throws(MVError) in _ = try source.images(row..<row + 1, of: split) }
      add(
        "photograph to 224 of 256 px, \(method.rawValue)", rate, peer: method == .exact ? "Pillow" : "Pillow, draft",
        ["frame", method == .exact ? "exact" : "draft"],
        wanted: method == .exact ? WantedRatio.exactFrame : WantedRatio.fastFrame, into: &results)
    }
  }

  /// A random view of an image that has the network's size.
  func views(into results: inout BenchmarkResults) throws(MVError) {
    for side in [32, 96, 224] {
      var images: [RGBImage] = []
      for row in 0..<split.count {
        guard let photograph = source.photograph(of: row, in: split) else { continue }
        images.append(try photograph.reader().framed(Framing(.square(side))))
      }
      let policy = AugmentationPolicy(.custom, size: .square(side))
      let rate = try rate { [images] (row) throws(MVError) in
        var generator = SeededGenerator(seed: 1, keys: UInt64(row))
        _ = policy.apply(to: images[row], using: &generator)
      }
      add(
        "custom view of \(side) px", rate, peer: "torchvision", ["views", "\(side)"], wanted: WantedRatio.views,
        into: &results)
    }
  }

  /// A photograph to its plain image and one random view, as training takes them.
  func photographs(into results: inout BenchmarkResults) throws(MVError) {
    let policy = AugmentationPolicy(.custom, size: Self.framing.size)
    for method in Decoding.Method.allCases {
      var asked = request
      asked.decoding.method = method
      guard let source = try asked.open() as? any PhotographSource else { continue }
      let rate = try rate { (row) throws(MVError) in
        guard let reader = try source.photograph(of: row, in: split)?.reader() else { return }
        reader.isForSeveralViews = true
        _ = try reader.framed(Self.framing)
        var generator = SeededGenerator(seed: 1, keys: UInt64(row))
        _ = try policy.view(of: reader, using: &generator)
      }
      add(
        "photograph to plain image and custom view, \(method.rawValue)", rate, peer: "Pillow, torchvision", ["both"],
        wanted: nil, into: &results)
    }
  }

  /// ResNet-18 over the photographs, against the network alone on images at hand.
  func embedding(into results: inout BenchmarkResults) throws(MVError) {
    var settings = TrainingSettings()
    settings.encoder = .resnet18
    settings.stem = .imagenet
    let images = try source.images(0..<split.count, of: split)
    let embedder = try Embedder(untrained: settings, imageShape: images.shape)
    var ours: [Double] = []
    var alone: [Double] = []
    for round in 0..<3 {
      var job = EmbeddingJob(of: source, to: folder.appending(path: "embedding\(round).h5"))
      job.splits = [split.name]
      ours.append(
        Double(images.count)
          / (try Measurement.seconds { () throws(MVError) in try embedder.write(job, checkpoint: "benchmark") }))
      alone.append(
        Double(images.count) / (try Measurement.seconds { () throws(MVError) in _ = try embedder.embed(images) }))
    }
    results.add(
      BenchmarkResults.Figure(
        work: "embed photographs, ResNet-18, 224 px", unit: .imagesPerSecond, ours: ours.middle,
        peer: "the network alone", theirs: alone.middle, wanted: WantedRatio.embedding))
  }

  /// Images a second of three passes over all rows, after one that is not counted.
  private func rate(_ body: @Sendable (Int) throws(MVError) -> Void) throws(MVError) -> Double {
    var rates: [Double] = []
    for pass in 0..<4 {
      let seconds = try Measurement.seconds { () throws(MVError) in
        try Parallel.forEach(split.count, threads: threads, body)
      }
      if pass > 0 { rates.append(Double(split.count) / seconds) }
    }
    return rates.middle
  }

  private func add(
    _ work: String, _ ours: Double, peer name: String, _ words: [String], wanted: Double?,
    into results: inout BenchmarkResults
  ) {
    let output = peer.output(["\(threads)"] + words + [list.path], for: name)
    let rates = output?.split(separator: "\n").compactMap { Double($0) } ?? []
    results.add(
      BenchmarkResults.Figure(
        work: work, unit: .imagesPerSecond, ours: ours, peer: name, theirs: rates.isEmpty ? nil : rates.middle,
        wanted: wanted))
  }
}
