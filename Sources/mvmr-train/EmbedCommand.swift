internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVNetworks
internal import MVStore
internal import MVTraining

extension Command {
  /// `mvmr embed`: embeddings of a trained encoder into a feature file.
  static let embed = Command(
    TrainingProgram.Entry.embed,
    discussion: """
      Examples:
        mvmr embed run/last.ckpt cifar10:DIR --output embedding.h5
        mvmr probe embedding.h5 --representation embedding
        mvmr embed run cifar10:DIR --augmented 10 --output crops.h5
        mvmr probe crops.h5 --representation embedding --protocol dino
        mvmr embed resnet56.pt cifar10:DIR --set normalization=imagenet --output teacher.h5
        mvmr train cifar10:DIR --features teacher.h5 --output distilled
      """,
    arguments: [
      .positional("NETWORK", "a checkpoint, or the folder of a run, or a TorchScript file"),
      .positional(
        "SOURCE", "KIND:WHERE, see `mvmr datasets`; left out: the images that the network was trained on",
        required: false),
      .option(
        "output", "FILE.h5", "the feature file to write or to finish", required: true, output: .featureFile),
      .option("split", "NAME", "only this split; A+B joins two into one", repeated: true),
      .option(
        "layer", "NAME", "features, projection (what the loss saw), or stage1 and on", default: "features"),
      .choice("views", of: EmbeddedViews.self, "average the rows of several views", default: .single),
      .option("name", "NAME", "the name in the file; embedding, or teacher for TorchScript, where not given"),
      .option(
        "set", "KEY=VALUE", "how a TorchScript network is fed: see mvmr train --settings", repeated: true,
        keys: TeacherSettings.settings.map(\.name)),
      .choice("dtype", of: ElementType.self, "how values are stored", default: .float32),
      .flag("skip-bad-images", "leave out images that cannot be read, and list them"),
      .flag("overwrite", "replace the output instead of finishing it"),
      .flag("json", "print one JSON object at the end"),
    ] + CropArguments.options + SourceArguments.options
  ) { (arguments) throws(MVError) in
    try writeEmbeddings(arguments)
  }

  private static func writeEmbeddings(_ arguments: ParsedArguments) throws(MVError) {
    let checkpoint = CheckpointArgument.url(try arguments.required("NETWORK"))
    let isTeacher = Teacher.isTorchScript(checkpoint)
    for (name, belongs) in [("layer", !isTeacher), ("set", isTeacher)] where arguments.has(name) && !belongs {
      throw .usage(
        "--\(name)", "is for \(isTeacher ? "checkpoints" : "TorchScript"), \(checkpoint.path) is not",
        remedy: "leave it out")
    }
    let network: Network
    let source: any ImageSource
    if isTeacher {
      source = try SourceArguments.open(try arguments.required("SOURCE"), arguments)
      network = .teacher(try teacher(checkpoint, arguments, for: source))
    } else {
      let embedder = try Embedder(
        checkpoint: checkpoint, output: try NetworkArgument.output(arguments),
        views: try arguments.choice("views", as: EmbeddedViews.self) ?? .single)
      source = try RememberedSource.open(arguments["SOURCE"], arguments, for: embedder, from: checkpoint)
      network = .encoder(embedder)
    }
    var embedding = EmbeddingJob(of: source, to: URL(filePath: try arguments.required("output")))
    embedding.splits = arguments.has("split") ? arguments.all("split") : nil
    embedding.crops = try CropArguments.crops(arguments, of: source, embedded: embedding.splits)
    embedding.element = try arguments.choice("dtype", as: ElementType.self) ?? .float32
    embedding.overwrite = arguments.has("overwrite")
    embedding.skipsBadImages = arguments.has("skip-bad-images")
    embedding.name = arguments["name"]
    embedding.software = Provenance.software
    embedding.notice = Terminal.note
    let (fill, columns) = try Job("embed", unit: "images").run { [embedding] (job) throws(MVError) in
      switch network {
      case .teacher(let teacher):
        return (
          try teacher.write(embedding, cancellation: job.cancellation, progress: job.progress), teacher.columns
        )
      case .encoder(let embedder):
        let fill = try embedder.write(
          embedding, checkpoint: try CheckpointArgument.fingerprint(checkpoint), cancellation: job.cancellation,
          progress: job.progress)
        return (fill, embedder.columns)
      }
    }
    fill.notices.forEach(Terminal.note)
    for image in fill.skipped { Terminal.message("left out: \(image.id): \(image.reason)") }
    let left = fill.skipped.isEmpty ? "" : ", \(fill.skipped.count) images left out"
    if arguments.has("json") {
      try Terminal.printJSON(WrittenOutput(embedding.output.path, Embedded(fill: fill, columns: columns)))
    } else {
      try Terminal.result("\(embedding.output.path): \(fill.rows) rows of \(columns)\(left)")
    }
  }

  /// What embeds.
  private enum Network {
    case encoder(Embedder)
    case teacher(Teacher)
  }

  private static func teacher(
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
}

/// What `mvmr embed --json` prints beside the output.
private struct Embedded: Encodable {
  let fill: ExtractionSummary
  let columns: Int

  private enum CodingKeys: String, CodingKey { case columns }

  func encode(to encoder: any Swift.Encoder) throws {
    try fill.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(columns, forKey: .columns)
  }
}
