internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVImaging
internal import MVNetworks
internal import MVRepresentations
internal import MVStore
internal import MVTraining

extension Command {
  /// `mvmr-bench training`: the training step, distance correlations and memory, each beside PyTorch in one run.
  static let training = Command(
    "training", summary: "The training step, distance correlation and memory against PyTorch, in one run",
    discussion: """
      Ratios above 1 mean that this package is faster, or holds less. MVMR_PYTHON names a Python with torch, torchvision and
      kymatio. The peer computes its five representations in the step, as the released code does; ours come from a feature
      file, but for pixels and the augmented view. simclr is a step of that loss on two random views, which the peer is given and
      ours cuts and colors. Sides take turns; a time is the median of its steps. One core: start it by taskset -c 0.

      Examples:
        MVMR_PYTHON=peers/bin/python mvmr-bench training
        mvmr-bench training --work step --precision bf16 --steps 20
        MVMR_INSTRUCTIONS=avx2 mvmr-bench training --work dcor
      """,
    arguments: [
      .choice("work", among: ["step", "simclr", "dcor", "memory"], "what to measure; default: all", repeated: true),
      .choice("precision", among: ["bf16", "float32"], "of the step; default: both", repeated: true),
      .option("steps", "N", "steps a turn of ours; the first two and the last are not counted", default: "8"),
      .option("rounds", "N", "turns of each side", default: "2"),
      .option("folder", "DIR", "where to write; default: the temporary folder"), Peer.option, BenchmarkResults.option,
    ]
  ) { (arguments) throws(MVError) in
    try ThreadEnvironment.waitPassively()
    // As mvmr-train.
    Torch.keepFreedMemory()
    var works = arguments.all("work")
    if works.isEmpty { works = ["memory", "dcor", "step", "simclr"] }
    let precisions = arguments.all("precision").isEmpty ? ["bf16", "float32"] : arguments.all("precision")
    let steps = try arguments.int("steps", in: 5...1000) ?? 8
    let rounds = try arguments.int("rounds", in: 1...100) ?? 2
    try Measurement.inFolder(arguments) { (folder) throws(MVError) in
      let benchmark = TrainingBenchmark(
        folder: folder, steps: steps, rounds: rounds, peer: Peer(PackageResources.training_py, arguments))
      var results = BenchmarkResults("training")
      // Memory first: what a process has held once, it may keep.
      if works.contains("memory") { try benchmark.memory(precisions, into: &results) }
      if works.contains("dcor") { try benchmark.distanceCorrelation(into: &results) }
      if works.contains("step") { try benchmark.step(precisions, into: &results) }
      if works.contains("simclr") { try benchmark.contrastiveStep(precisions, into: &results) }
      try results.print(arguments)
    }
  }
}

/// One run of the measurement.
private struct TrainingBenchmark {
  let folder: URL
  let steps: Int
  let rounds: Int
  let peer: Peer

  /// ResNet-18 on 128 images of 32 pixels, projector 2048-2048-2048, five representations.
  func step(_ precisions: [String], into results: inout BenchmarkResults) throws(MVError) {
    let batch = 128
    let (source, split, targets) = try features(
      count: batch * steps,
      of: [
        "scattering", "hog-layer:variant=released", "std",
      ])
    for precision in precisions {
      var settings = TrainingSettings()
      try settings.set("precision", to: .string(precision))
      try settings.set("representations", to: .string("pixels,scattering,augment,hog-layer,std"))
      settings.batchSize = batch
      settings.projector = [2048, 2048, 2048]
      try results.add(
        inTurns(
          "step, ResNet-18, 128 x 32 px, \(precision)", settings,
          peer: ["step", "resnet18", "\(batch)", "32", "2048-2048-2048", precision, "4"],
          wanted: precision == "bf16" ? WantedRatio.bfloat16Step : WantedRatio.float32Step
        ) { () throws(MVError) in try TrainingData(source: source, split: split, targets: targets) })
    }
  }

  /// SimCLR without representations, on images of 32 pixels: the ResNet-8 of `builtin:small`, and ResNet-18.
  func contrastiveStep(_ precisions: [String], into results: inout BenchmarkResults) throws(MVError) {
    for (encoder, name, batch, projector) in [
      (EncoderChoice.cifarResNet, "resnet8", 256, [512, 512, 512]),
      (.resnet18, "resnet18", 128, [2048, 2048, 2048]),
    ] {
      let (source, split, targets) = try features(count: batch * steps, of: [])
      let widths = projector.map(String.init).joined(separator: "-")
      for precision in precisions {
        var settings = TrainingSettings()
        try settings.set("precision", to: .string(precision))
        settings.loss = .simclr
        settings.temperature = 0.5
        settings.policy = .simclrCIFAR
        settings.representations = .none
        settings.encoder = encoder
        settings.batchSize = batch
        settings.projector = projector
        try results.add(
          inTurns(
            "step with simclr, \(name), \(batch) x 32 px, \(precision)", settings,
            peer: ["simclr", name, "\(batch)", "32", widths, precision, "4"],
            wanted: name == "resnet8" ? WantedRatio.smallContrastiveStep : WantedRatio.contrastiveStep
          ) { () throws(MVError) in try TrainingData(source: source, split: split, targets: targets) })
      }
    }
  }

  /// The seconds of a step, ours and the peer's in turns; `data` is called anew for each of our turns.
  private func inTurns(
    _ work: String, _ settings: TrainingSettings, peer words: [String], wanted: Double,
    data: () throws(MVError) -> TrainingData
  ) throws(MVError) -> BenchmarkResults.Figure {
    var ours: [Double] = []
    var theirs: [Double] = []
    var outside = 0.0
    for round in 0..<rounds {
      let measured = try time(settings, try data(), name: "\(words.joined(separator: "-"))-\(round)")
      ours += measured.steps
      outside += measured.outside / Double(rounds)
      theirs += python(words)
    }
    let rate = Double(settings.batchSize) / ours.middle
    return BenchmarkResults.Figure(
      work: work, unit: .seconds, ours: ours.middle, peer: "PyTorch", theirs: theirs.isEmpty ? nil : theirs.middle,
      wanted: wanted, remark: String(format: "%.0f images/s; %.1f %% outside the network", rate, 100 * outside))
  }

  /// Forward and backward of one distance correlation of a batch of embeddings with 15,552 columns.
  func distanceCorrelation(into results: inout BenchmarkResults) throws(MVError) {
    let (rows, columns) = (256, 15_552)
    // As a trainer does, and as the peer is told.
    try Torch.setThreads(0)
    for (embedding, both) in [(2048, false), (columns, true)] {
      var random = SeededGenerator(seed: 3)
      let x = try Tensor((0..<rows * embedding).map { _ in Float(random.normal()) }, shape: [rows, embedding])
      let y = try Tensor((0..<rows * columns).map { _ in Float(random.normal()) }, shape: [rows, columns])
      try x.setRequiresGradient(true)
      try y.setRequiresGradient(both)
      var ours: [Double] = []
      for _ in 0..<12 {
        ours.append(try Measurement.seconds { () throws(MVError) in try x.distanceCorrelation(with: y).backward() })
      }
      let theirs = python(["dcor", "\(rows)", "\(embedding)", "\(columns)", both ? "both" : "one", "12"])
      results.add(
        BenchmarkResults.Figure(
          work: "dCor, B = 256, \(embedding) and \(columns) columns, \(both ? "both gradients" : "one gradient")",
          unit: .seconds, ours: Array(ours.dropFirst(2)).middle, peer: "PyTorch",
          theirs: theirs.isEmpty ? nil : theirs.middle, wanted: WantedRatio.distanceCorrelation))
    }
  }

  /// The most memory a process held that trains ResNet-50 on batches of 64 images of 32 pixels.
  func memory(_ precisions: [String], into results: inout BenchmarkResults) throws(MVError) {
    let (source, split, targets) = try features(count: 64 * 4, of: [])
    var settings = TrainingSettings()
    settings.encoder = .resnet50
    settings.batchSize = 64
    settings.projector = [2048, 2048, 2048]
    try settings.set("representations", to: .string("none"))
    for precision in precisions {
      try settings.set("precision", to: .string(precision))
      ProcessMemory.resetPeak()
      let data = try TrainingData(source: source, split: split, targets: targets)
      _ = try time(settings, data, name: "memory-\(precision)")
      let ours = Double(ProcessMemory.peak) / Double(1 << 30)
      let theirs = python(["memory", "resnet50", "64", "32", "2048-2048-2048", precision, "3"]).first
      results.add(
        BenchmarkResults.Figure(
          work: "memory, ResNet-50, batch 64, 32 px, \(precision)", unit: .gibibytes, ours: ours, peer: "PyTorch",
          theirs: theirs, wanted: WantedRatio.memory,
          remark: "the most held; processes whole, libraries included"))
    }
  }

  /// The source, its train split, and representations of it from a feature file.
  private func features(
    count: Int, of specifications: [String]
  ) throws(MVError) -> (any ImageSource, SourceSplit, [TrainingTarget]) {
    let source = try ImagesInMemory(Synthetic(count: count))
    let split = try source.split("train")
    guard !specifications.isEmpty else { return (source, split, []) }
    let file = folder.appending(path: "features.h5")
    let representations = try specifications.map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text).make()
    }
    var extraction = Extraction(of: representations, from: source, to: file)
    extraction.element = .float16
    try extraction.run()
    return (
      source, split, try TrainingTarget.targets(in: FeatureFile(reading: file), of: source, split: split)
    )
  }

  /// The seconds of each step but the first two and the last, and the share of the time that the network did not take.
  private func time(
    _ settings: TrainingSettings, _ data: TrainingData, name: String
  ) throws(MVError) -> (steps: [Double], outside: Double) {
    var settings = settings
    settings.epochs = 1
    settings.warmupEpochs = 0
    settings.validateEvery = 0
    let trainer = try Trainer(settings, data: data, folder: folder.appending(path: name))
    var times: [(clock: ContinuousClock.Instant, network: Double)] = []
    try trainer.run { times.append((.now, $0.networkSeconds)) }
    let kept = times.dropFirst(1).dropLast(1)
    guard let first = kept.first, let last = kept.last, kept.count > 1 else { return ([], 0) }
    let steps = zip(kept, kept.dropFirst()).map { ($1.clock - $0.clock).seconds }
    return (steps, 1 - (last.network - first.network) / ((last.clock - first.clock).seconds))
  }

  /// The numbers that a peer in Python prints; none, with a note, where there is no such Python.
  private func python(_ arguments: [String]) -> [Double] {
    let output = peer.output(["\(Parallel.processorCount)"] + arguments, for: "PyTorch")
    return (output ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  }
}

/// The images to train on of a source, drawn once: what is measured is training, not drawing.
private struct ImagesInMemory: ImageSource {
  let contents: SourceContents
  private let pixels: [UInt8]

  init(_ source: Synthetic) throws(MVError) {
    contents = source.contents
    let split = try source.split("train")
    guard case .uint8(let pixels) = try source.images(0..<split.count, of: split).pixels else {
      preconditionFailure("drawn images are bytes")
    }
    self.pixels = pixels
  }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let size = split.shape.count
    return ImageBatch(
      count: rows.count, shape: split.shape,
      pixels: .uint8(Array(pixels[rows.lowerBound * size..<rows.upperBound * size])))
  }
}
