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
    case run(Embedder, TrainedNetwork)
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
    DeviceArgument.option("what the network runs on", default: .cpu),
    .flag(
      "torchscript",
      "run NETWORK as TorchScript though its name does not end in "
        + "\(TrainedNetwork.scriptEndings.map { ".\($0)" }.joined(separator: ", ")): it is a program that may read and "
        + "overwrite your files, so trust its maker"),
  ]

  /// Opens network and images; `text` is NETWORK, and SOURCE may be left out of what a run knows.
  ///
  /// Everything that can be refused is refused here, before the work.
  init(_ text: String, _ arguments: ParsedArguments) throws(MVError) {
    // What is set may be of TorchScript: only the file tells.
    let given = try TrainedNetwork(
      at: text, (try? WeightsArgument.settings(arguments)) ?? NetworkSettings(),
      runningScripts: arguments.has("torchscript"), option: "--torchscript")
    let url = given.url
    let options: [String] =
      switch given {
      case .checkpoint: ["set", "preprocessing"]
      case .weights: []
      case .script: ["preprocessing", "layer"]
      }
    for name in options where arguments.has(name) {
      var file = "TorchScript as"
      if case .checkpoint = given { file = "the checkpoint" }
      throw .usage("--\(name)", "is not for \(file) \(url.path)", remedy: "leave it out")
    }
    try Torch.use(try DeviceArgument.device(arguments) ?? .cpu)
    let output = try NetworkArgument.output(arguments)
    let views = try arguments.choice("views", as: EmbeddedViews.self) ?? .single
    if case .script = given, views != .single {
      throw .usage("--views", "is not for TorchScript as \(url.path)", remedy: "embed a run or its weights")
    }
    switch given {
    case .checkpoint(let checkpoint):
      if checkpoint.finetuning != nil, let origin = checkpoint.origin {
        Terminal.note(
          "the network was tuned on labels of \(origin.split) of \(origin.source): scores of those images say nothing "
            + "of new ones")
      }
      let embedder = try Embedder(checkpoint: url, output: output, views: views)
      source = try RememberedSource.open(arguments["SOURCE"], arguments, for: embedder, from: url)
      kind = .run(embedder, given)
    case .weights(let weights):
      _ = try WeightsArgument.settings(arguments)
      for note in weights.notes { Terminal.message("note: \(note)") }
      var request = try SourceArguments.request(try arguments.required("SOURCE"), arguments)
      let preprocessing = try Self.preprocessing(weights.preprocessing, request, arguments)
      try Torch.setThreads(0)
      let embedder = try Embedder(
        try weights.backbone(), preprocessing: preprocessing, output: output, views: views)
      request.framing = embedder.sourceFraming
      source = try SourceArguments.open(request)
      kind = .weights(embedder, weights)
    case .script:
      var request = try SourceArguments.request(try arguments.required("SOURCE"), arguments)
      var settings = try Self.settings(of: url, arguments)
      if settings.size == nil, let own = try given.preprocessing() {
        request.framing = try Self.preprocessing(own, request, arguments).framing
        settings.size = request.size
      }
      source = try SourceArguments.open(request)
      let teacher = try Self.script(settings, arguments, for: source)
      teacher.notices.forEach(Terminal.note)
      kind = .script(teacher)
    }
  }

  /// The published preprocessing, or what the options say in its place; `--size` keeps its proportion of the cut.
  static func preprocessing(
    _ published: Preprocessing, _ request: SourceRequest, _ arguments: ParsedArguments
  ) throws(MVError) -> Preprocessing {
    var own = published
    if let preset = try arguments.choice("preprocessing", as: Preprocessing.Preset.self) {
      own = Preprocessing(preset, side: min(own.framing.size.height, own.framing.size.width))
    }
    if let size = request.size {
      // Of the longer sides, to which images are scaled at least.
      let side = max(size.height, size.width)
      let before = max(own.framing.size.height, own.framing.size.width)
      own.framing.resize = own.framing.resize.map { max(side, $0 * side / before) }
      own.framing.size = size
    }
    if let resize = request.resize { (own.framing.resize, own.framing.stretches) = (resize, request.stretches) }
    if request.stretches { own.framing.stretches = true }
    if arguments.has("interpolation") { own.framing.interpolation = request.interpolation }
    try own.framing.check()
    return own
  }

  /// How TorchScript is fed, as the options say it.
  private static func settings(of file: URL, _ arguments: ParsedArguments) throws(MVError) -> TeacherSettings {
    var settings = TeacherSettings()
    if let name = arguments["name"] { try settings.set("name", to: .string(name)) }
    for text in arguments.all("set") {
      if let key = ["name", "path", "weight", "scale"].first(where: { text.hasPrefix("\($0)=") }) {
        throw .usage(
          "--set \(text)", "does not change an embedding", remedy: key == "name" ? "give --name" : "leave it out")
      }
      try settings.set(assigning: text, of: "--set", remedy: "write for example normalization=imagenet")
    }
    settings.path = file.path
    return settings
  }

  private static func script(
    _ settings: TeacherSettings, _ arguments: ParsedArguments, for source: any ImageSource
  ) throws(MVError) -> Teacher {
    try Torch.setThreads(0)
    guard let shape = source.splits.first?.shape else { throw .badData(source.contents.location, "has no split") }
    return try Teacher(
      settings, imageSize: ImageSize(height: shape.height, width: shape.width),
      runningScripts: arguments.has("torchscript"))
  }

  /// The checkpoint of a run; throws a usage error for a network of another program.
  func checkpoint() throws(MVError) -> Checkpoint {
    if case .run(_, .checkpoint(let checkpoint)) = kind { return checkpoint }
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
    case .run(let embedder, let network):
      try embedder.write(
        job, checkpoint: try network.fingerprint(), cancellation: progress.cancellation,
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
    case .run(_, let network): return try RunFacts.facts(of: network.url)
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
