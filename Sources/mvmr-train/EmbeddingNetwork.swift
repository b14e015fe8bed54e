internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVImaging
internal import MVNetworks
internal import MVPages
internal import MVTraining

/// A network on the command line and the images that it is for: a run, a checkpoint, weights of other programs, or
/// TorchScript.
struct EmbeddingNetwork {
  /// The images, framed as the network wants them.
  let source: any ImageSource
  private let kind: Kind

  private enum Kind {
    case run(Embedder, URL)
    case weights(Embedder, NetworkFile)
    case script(Teacher)
  }

  /// The options of the commands that take such a network.
  static let options: [Argument] = [
    .option(
      "layer", "NAME",
      "features, projection (CLIP's; of a run what the loss saw), logits, patches, class+patches, stage2",
      default: "features"),
    .choice("views", of: EmbeddedViews.self, "average the rows of several views", default: .single),
    .choice(
      "preprocessing", of: Preprocessing.Preset.self,
      "weights of other programs: how images are framed and normalized, where the file's own is not wanted"),
    .option(
      "set", "KEY=VALUE",
      "what a file of weights does not say (mvmr networks --help), or how TorchScript is fed (mvmr train --settings)",
      repeated: true, keys: NetworkSettings.settings.map(\.name) + TeacherSettings.settings.map(\.name)),
    .choice("device", of: Torch.Device.self, "what the network runs on", default: .cpu),
  ]

  /// Opens network and images; `text` is NETWORK, and SOURCE may be left out of what a run knows.
  ///
  /// Everything that can be refused is refused here, before the work.
  init(_ text: String, _ arguments: ParsedArguments) throws(MVError) {
    let url = CheckpointArgument.url(text)
    let isRun = Checkpoint.isLikely(at: url)
    let weights = isRun ? nil : try Self.weights(text, arguments)
    for (name, belongs) in [("set", !isRun), ("preprocessing", weights != nil), ("layer", isRun || weights != nil)]
    where arguments.has(name) && !belongs {
      throw .usage(
        "--\(name)", "is not for \(isRun ? "the checkpoint" : "TorchScript as") \(url.path)", remedy: "leave it out")
    }
    try Torch.use(try arguments.choice("device", as: Torch.Device.self) ?? .cpu)
    let output = try NetworkArgument.output(arguments)
    let views = try arguments.choice("views", as: EmbeddedViews.self) ?? .single
    if isRun {
      let embedder = try Embedder(checkpoint: url, output: output, views: views)
      source = try RememberedSource.open(arguments["SOURCE"], arguments, for: embedder, from: url)
      kind = .run(embedder, url)
    } else if let weights {
      for note in weights.notes { Terminal.message("note: \(note)") }
      var request = try SourceArguments.request(try arguments.required("SOURCE"), arguments)
      let preprocessing = try Self.preprocessing(of: weights, request, arguments)
      try Torch.setThreads(0)
      let embedder = try Embedder(
        try weights.backbone(), preprocessing: preprocessing, output: output, views: views)
      request.framing = embedder.sourceFraming
      source = try SourceArguments.open(request)
      kind = .weights(embedder, weights)
    } else {
      source = try SourceArguments.open(try arguments.required("SOURCE"), arguments)
      kind = .script(try Self.script(url, arguments, for: source))
    }
  }

  /// The network of a file of weights; nil where the file is TorchScript, which is run as it is.
  ///
  /// OpenAI's archives of CLIP are TorchScript too, but of operators that not every libtorch has.
  private static func weights(_ text: String, _ arguments: ParsedArguments) throws(MVError) -> NetworkFile? {
    guard ScriptModule.isScript(at: URL(filePath: text)) else { return try WeightsArgument.file(text, arguments) }
    guard let known = try? NetworkFile(contentsOf: URL(filePath: text)), known.naming == .clip else { return nil }
    return try WeightsArgument.file(text, arguments)
  }

  /// The published preprocessing, or what the options say in its place; `--size` keeps its proportion of the cut.
  private static func preprocessing(
    of weights: NetworkFile, _ request: SourceRequest, _ arguments: ParsedArguments
  ) throws(MVError) -> Preprocessing {
    var own = weights.preprocessing
    if let preset = try arguments.choice("preprocessing", as: Preprocessing.Preset.self) {
      own = Preprocessing(preset, side: own.framing.size.height)
    }
    if let size = request.size {
      let side = max(size.height, size.width)
      own.framing.resize = own.framing.resize.map { max(side, $0 * side / own.framing.size.height) }
      own.framing.size = size
    }
    if let resize = request.resize { (own.framing.resize, own.framing.stretches) = (resize, request.stretches) }
    if request.stretches { own.framing.stretches = true }
    if arguments.has("interpolation") { own.framing.interpolation = request.interpolation }
    try own.framing.check()
    return own
  }

  private static func script(
    _ file: URL, _ arguments: ParsedArguments, for source: any ImageSource
  ) throws(MVError) -> Teacher {
    var settings = TeacherSettings()
    if let name = arguments["name"] { try settings.set("name", to: .string(name)) }
    for text in arguments.all("set") {
      if let key = ["name", "path", "weight", "scale"].first(where: { text.hasPrefix("\($0)=") }) {
        throw .usage(
          "--set \(text)", "does not change an embedding", remedy: key == "name" ? "give --name" : "leave it out")
      }
      try settings.set(assigning: text)
    }
    settings.path = file.path
    try Torch.setThreads(0)
    guard let shape = source.splits.first?.shape else { throw .badData(source.contents.location, "has no split") }
    return try Teacher(settings, imageSize: ImageSize(height: shape.height, width: shape.width))
  }

  /// The checkpoint of a run; throws a usage error for a network of another program.
  func checkpoint() throws(MVError) -> Checkpoint {
    if case .run(_, let url) = kind { return try Checkpoint(contentsOf: url) }
    throw .usage("--head", "is for checkpoints, this is a network of another program", remedy: "give --layer logits")
  }

  /// The number of columns of a row.
  var columns: Int {
    switch kind {
    case .run(let embedder, _), .weights(let embedder, _): embedder.columns
    case .script(let teacher): teacher.columns
    }
  }

  /// The name of the rows in the feature file, unless the job gives one.
  var name: String {
    if case .script(let teacher) = kind { teacher.settings.label } else { "embedding" }
  }

  /// Embeds the images of a job into its file; throws as `Embedder.write` does.
  func write(_ job: EmbeddingJob, _ progress: Job) throws(MVError) -> ExtractionSummary {
    switch kind {
    case .run(let embedder, let url):
      try embedder.write(
        job, checkpoint: try CheckpointArgument.fingerprint(url), cancellation: progress.cancellation,
        progress: progress.progress)
    case .weights(let embedder, let file):
      try embedder.write(
        job, checkpoint: try file.fingerprint(), cancellation: progress.cancellation, progress: progress.progress)
    case .script(let teacher):
      try teacher.write(job, cancellation: progress.cancellation, progress: progress.progress)
    }
  }

  /// What the network is, for a report: its run, how far it had come and how it was trained; or its file and structure.
  func origin() throws(MVError) -> [FactList.Fact] {
    switch kind {
    case .run(_, let url): return try RunFacts.facts(of: url)
    case .weights(let embedder, let file):
      let summary = NetworkSummary(file)
      return [
        .init("weights", [file.url.path, summary.names.first ?? "none of the catalogue"]),
        .init("network", [summary.architecture, "\(summary.parameters) parameters"]),
        .init("images", ["framed to \(embedder.sourceFraming.map { "\($0)" } ?? "their own size")"]),
        .init("rows", ["\(embedder.output), \(embedder.columns) columns, views: \(embedder.views.rawValue)"]),
      ]
    case .script(let teacher):
      return [.init("network", ["TorchScript, \(teacher.settings.path)", "\(teacher.columns) columns"])]
    }
  }
}
