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
        mvmr embed ViT-B-32.pt imagenet:DIR --layer projection --output clip.h5
        mvmr embed dinov2_vits14_pretrain.pth folder:photos --layer class+patches --output dinov2.h5
        mvmr embed resnet56.ts.pt cifar10:DIR --set normalization=imagenet --output teacher.h5
        mvmr train cifar10:DIR --features teacher.h5 --output distilled
        mvmr embed run imagenet:DIR --shard 2/4 --output part2.h5
      """,
    arguments: [
      .positional(
        "NETWORK", "a run, a checkpoint, a file or folder of weights, or TorchScript, which is a program (.pt, .pts)",
        takes: .file),
      .positional(
        "SOURCE", "KIND:WHERE, see `mvmr datasets`; left out: the images that the network was trained on",
        required: false, takes: .source),
      .option(
        "output", "FILE.h5", "the feature file to write or to finish", required: true, output: .featureFile),
      .option("split", "NAME", "only this split; A+B joins two into one", repeated: true),
      .option("name", "NAME", "the name in the file; embedding, or teacher for TorchScript, where not given"),
      .choice("dtype", of: ElementType.self, "how values are stored", default: .float32),
      .option(
        "shard", "I/N|slurm|torchrun",
        "only the I-th of N parts of each split, for N machines; slurm, torchrun: as these say"),
      .flag("skip-bad-images", "leave out images that cannot be read, and list them"),
      .flag("overwrite", "replace the output instead of finishing it"),
      .flag("json", "print one JSON object at the end"),
    ] + EmbeddingNetwork.options + CropArguments.options + SourceArguments.options
  ) { (arguments) throws(MVError) in
    try writeEmbeddings(arguments)
  }

  private static func writeEmbeddings(_ arguments: ParsedArguments) throws(MVError) {
    let network = try EmbeddingNetwork(try arguments.required("NETWORK"), arguments)
    let source = network.source
    var embedding = EmbeddingJob(of: source, to: URL(filePath: try arguments.required("output")))
    embedding.splits = arguments.has("split") ? arguments.all("split") : nil
    embedding.crops = try CropArguments.crops(arguments, of: source, embedded: embedding.splits)
    embedding.element = try arguments.choice("dtype", as: ElementType.self) ?? .float32
    embedding.overwrite = arguments.has("overwrite")
    embedding.skipsBadImages = arguments.has("skip-bad-images")
    embedding.shard = try ShardNumber.asked(
      arguments["shard"], environment: ProcessInfo.processInfo.environment, notice: Terminal.note)
    embedding.name = arguments["name"]
    embedding.software = Provenance.software
    embedding.notice = Terminal.note
    let fill = try Job("embed", unit: "images").run(patience: 0.8) { [embedding] (job) throws(MVError) in
      try network.write(embedding, job)
    }
    let columns = network.columns
    fill.notices.forEach(Terminal.note)
    for image in fill.skipped { Terminal.leftOut(image.id, image.reason) }
    let left = fill.skipped.isEmpty ? "" : ", \(fill.skipped.count) images left out"
    if arguments.has("json") {
      try Terminal.printJSON(WrittenOutput(embedding.output.path, Embedded(fill: fill, columns: columns)))
    } else {
      try Terminal.result("\(embedding.output.path): \(fill.rows) rows of \(columns)\(left)")
    }
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
