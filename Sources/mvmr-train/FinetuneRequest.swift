internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVImaging
internal import MVNetworks
internal import MVTraining

/// What `mvmr finetune` was asked for; what is left out is that of the run which goes on.
struct FinetuneRequest {
  /// The settings: the command line first, then those of the run that goes on, or else the protocol's or the defaults.
  let settings: FinetuneSettings
  /// Which images keep their labels.
  let labels: LabelChoice
  /// NETWORK, as it was written or recorded.
  let network: String
  /// The folder of the run.
  let output: URL
  let trainSplit: String?
  let testSplit: String?
  private let arguments: ParsedArguments
  /// SOURCE, as it was written; nil where it is that of the run which goes on.
  private let source: String?
  private let resumed: Checkpoint?

  init(_ arguments: ParsedArguments) throws(MVError) {
    self.arguments = arguments
    guard let folder = arguments["output"] else {
      throw .usage("--output", "is missing", remedy: "name the folder of the run")
    }
    output = URL(filePath: folder)
    let resumed = try Self.resumed(output, arguments)
    self.resumed = resumed
    let state = resumed?.finetuning
    settings = try Self.settings(arguments, resuming: state)
    labels = try Self.labels(arguments, resuming: state)
    if case .list(let path, _) = labels, arguments["labels"] == nil {
      try RecordedInputs.take("labels of \(path)", at: [path], namedBy: Trainer.checkpoint(in: output).path)
      // Entries that are wrong are shown: they shall not be those of any file that a checkpoint names.
      guard let known = state?.listFingerprint, try labels.listFingerprint() == known else {
        throw .usage(
          path, "is not the list that the run in \(folder) was begun with", remedy: "name that list by --labels")
      }
    }
    var (network, source) = (arguments["NETWORK"], arguments["SOURCE"])
    if let only = network, source == nil, resumed != nil, !FileManager.default.fileExists(atPath: only),
      (try? SourceRequest(parsing: only)) != nil
    {
      (network, source) = (nil, only)
    }
    self.source = source
    if let network {
      self.network = network
    } else if let recorded = state?.network {
      guard FileManager.default.fileExists(atPath: recorded) else {
        throw .missingInput(
          recorded, "is not there any more; \(folder) was begun from it",
          remedy: "name it where it is now: mvmr finetune NETWORK --output \(ShellWords.quoted(folder)) --resume")
      }
      self.network = recorded
      try RecordedInputs.take("the network \(recorded)", at: [recorded], namedBy: Trainer.checkpoint(in: output).path)
    } else {
      throw Self.missing("NETWORK", "give a run, a checkpoint, or a file of weights", arguments)
    }
    if resumed == nil {
      var inputs = [self.network]
      if case .list(let path, _) = labels { inputs.append(path) }
      try RunInputs.check(inputs, of: output, files: Finetuner.files)
    }
    guard source != nil || resumed?.origin != nil else {
      throw Self.missing("SOURCE", "name the labelled images", arguments)
    }
    trainSplit = arguments["train-split"] ?? resumed?.origin?.split
    testSplit = arguments["test-split"] ?? state?.testSplit
  }

  private static func missing(_ what: String, _ remedy: String, _ arguments: ParsedArguments) -> MVError {
    guard arguments.has("resume"), let folder = arguments["output"] else {
      return .usage(what, "is missing", remedy: remedy)
    }
    return .missingInput(
      folder, "holds no run to resume: there is no last.ckpt in it",
      remedy: "name the folder of the run by --output, or give NETWORK and SOURCE to begin one there")
  }

  /// The run in the folder, where it is to go on and is there.
  private static func resumed(_ output: URL, _ arguments: ParsedArguments) throws(MVError) -> Checkpoint? {
    let file = Trainer.checkpoint(in: output)
    guard arguments.has("resume"), FileManager.default.fileExists(atPath: file.path) else { return nil }
    let found = try Checkpoint(contentsOf: file)
    guard found.finetuning != nil else {
      throw .usage(file.path, "is of a training run, not of fine-tuning", remedy: "give another folder")
    }
    return found
  }

  /// The labelled images: those that were named, brought to what the network wants, or those of the run that goes on.
  ///
  /// Throws where they cannot be opened, where the network cannot be trained, and where a run that begins would lie
  /// among them.
  func open(for network: TrainedNetwork) throws(MVError) -> any ImageSource {
    let source = try images(for: network)
    if resumed == nil { try ImagesPlace.check(output.relativePath, apartFrom: source.contents) }
    return source
  }

  private func images(for network: TrainedNetwork) throws(MVError) -> any ImageSource {
    guard let resumed, let recorded = resumed.origin?.source else { return try named(for: network) }
    if let source {
      let request = try SourceArguments.moved(source, from: recorded, arguments)
      try RememberedSource.checkPixels(of: request, as: recorded)
      return try SourceArguments.open(request)
    }
    let near = resumed.url.deletingLastPathComponent().path
    let found = recorded.candidates(near: near).first { request in
      request.paths.allSatisfy { FileManager.default.fileExists(atPath: $0) }
    }
    guard let found else {
      throw .missingInput(
        recorded.paths.first ?? "\(recorded)", "is not there any more; \(output.path) was begun with it",
        remedy: "name it where it is now: mvmr finetune \(recorded.kind):WHERE --output "
          + "\(ShellWords.quoted(output.path)) --resume")
    }
    try RecordedInputs.take(found, namedBy: resumed.url.path)
    let request = try SourceArguments.completing(found, arguments)
    try RememberedSource.checkPixels(of: request, as: recorded)
    return try SourceArguments.open(request)
  }

  /// The images that were named, framed as the network wants them.
  private func named(for network: TrainedNetwork) throws(MVError) -> any ImageSource {
    switch network {
    case .checkpoint(let checkpoint):
      return try RememberedSource.open(
        source, arguments, for: try Embedder(checkpoint: checkpoint.url), from: checkpoint.url)
    case .weights(let file):
      var request = try SourceArguments.request(try arguments.required("SOURCE"), arguments)
      request.framing = try EmbeddingNetwork.preprocessing(file.preprocessing, request, arguments).framing
      return try SourceArguments.open(request)
    case .script:
      _ = try network.settings()
      return try SourceArguments.open(try arguments.required("SOURCE"), arguments)
    }
  }

  // MARK: Settings

  /// The settings that the arguments ask for, over those of a run that goes on.
  static func settings(
    _ arguments: ParsedArguments, resuming state: FinetuneState? = nil
  ) throws(MVError) -> FinetuneSettings {
    var settings = FinetuneSettings()
    if let state { settings = try FinetuneSettings(settingValues: state.settings) }
    let words = try arguments.all("set").map { (text) throws(MVError) -> (key: String, value: String) in
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2 else {
        throw .usage("--set \(text)", "is not KEY=VALUE", remedy: "see mvmr finetune --settings")
      }
      return (key: sides[0], value: sides[1])
    }
    if let name = arguments["protocol"] {
      // The rate of some protocols goes with the batch.
      var given: FinetuneSettings?
      for word in words where word.key == "batch_size" {
        var batch = FinetuneSettings()
        try batch.set(word.key, parsing: word.value)
        given = batch
      }
      settings = try protocolSettings(name, batch: given?.batchSize, arguments, resuming: state)
    }
    if arguments.has("head-only") { settings.headOnly = true }
    if arguments.has("from-head") { settings.headStart = .saved }
    for word in words { try settings.set(word.key, parsing: word.value) }
    if let device = try DeviceArgument.device(arguments) { settings.device = device }
    return settings
  }

  private static func protocolSettings(
    _ name: String, batch: Int?, _ arguments: ParsedArguments, resuming state: FinetuneState?
  ) throws(MVError) -> FinetuneSettings {
    guard name != SGDProtocol.simclr.name || arguments.has("head-only") else {
      let part = try labels(arguments, resuming: state).part
      return FinetuneSettings.simclr(batchSize: batch ?? 256, part: part ?? 1)
    }
    guard var published = SGDProtocol.all.first(where: { $0.name == name }) else { return FinetuneSettings() }
    published.batchSize = batch ?? published.batchSize
    return try FinetuneSettings(published)
  }

  // MARK: Labels

  /// Which labels are kept, as the arguments say it, or the run that goes on.
  private static func labels(
    _ arguments: ParsedArguments, resuming state: FinetuneState?
  ) throws(MVError) -> LabelChoice {
    let seed = try arguments.int("label-seed", in: 0...Int.max)
    let kind = try arguments.choice("label-list-kind", as: LabelSubset.ListKind.self)
    if arguments["labels"] == nil, seed == nil, kind == nil, let recorded = state?.labelChoice { return recorded }
    let text = arguments["labels"] ?? "all"
    let isShare = text.hasSuffix("%")
    if kind != nil, isShare || text == "all" {
      throw .usage("--label-list-kind", "is for a list", remedy: "give the list by --labels, or leave it out")
    }
    if seed != nil, !isShare { throw .usage("--label-seed", "is for a share", remedy: "leave it out") }
    if text == "all" { return .all }
    if isShare {
      guard let percent = Double(text.dropLast()), percent > 0, percent <= 100 else {
        throw .usage("--labels \(text)", "is not above 0 % and at most 100 %", remedy: "give a share such as 1%")
      }
      return .share(percent / 100, seed: seed)
    }
    if !FileManager.default.fileExists(atPath: text), Double(text) != nil {
      throw .usage("--labels \(text)", "is no share and no file", remedy: "a share ends with %, such as 1%")
    }
    return .list(path: URL(filePath: text).standardizedFileURL.path, kind: kind)
  }
}
