internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVStore
internal import MVTraining

extension Command {
  /// `mvmr embed`: embeddings of a trained encoder into a feature file.
  static let embed = Command(
    "embed", summary: "Write a trained encoder's embeddings into a feature file, for knn and probe",
    discussion: """
      Examples:
        mvmr embed run/last.ckpt cifar10:DIR --output embedding.h5
        mvmr probe embedding.h5 --representation embedding
      """,
    arguments: [
      .positional("CHECKPOINT", "a checkpoint, or the folder of a run"),
      .positional("SOURCE", "KIND:WHERE, see `mvmr datasets`"),
      .option("output", "FILE.h5", "the feature file to write or to finish", required: true),
      .option("split", "NAME", "only this split", repeated: true),
      .option("layer", "NAME", "backbone, or projector for what the loss saw", default: "backbone"),
      .option("name", "NAME", "the name in the file", default: "embedding"),
      .option("dtype", "TYPE", "float32 or float16", default: "float32"),
      .flag("overwrite", "replace the output instead of finishing it"),
    ] + SourceArguments.options
  ) { (arguments) throws(MVError) in
    let checkpoint = CheckpointArgument.url(try arguments.required("CHECKPOINT"))
    let embedder = try Embedder(
      checkpoint: checkpoint, output: try arguments.choice("layer", as: Embedder.Output.self) ?? .backbone)
    let source = try SourceArguments.open(try arguments.required("SOURCE"), arguments)
    let output = URL(filePath: try arguments.required("output"))
    Interruption.watch()
    let bar = ProgressBar("embed", unit: "images")
    defer { bar.finish() }
    let rows = try embedder.write(
      source, splits: arguments.has("split") ? arguments.all("split") : nil, to: output,
      name: arguments["name"] ?? "embedding", checkpoint: try CheckpointArgument.fingerprint(checkpoint),
      element: try arguments.choice("dtype", as: ElementType.self) ?? .float32, overwrite: arguments.has("overwrite"),
      software: Provenance.software,
      isCancelled: { Interruption.isRequested }, progress: { bar.update($0) })
    print("\(output.path): \(rows) rows of \(embedder.columns)")
  }
}

/// A checkpoint on the command line.
enum CheckpointArgument {
  /// The checkpoint that `text` names: a file, or the last of the run in a folder.
  static func url(_ text: String) -> URL {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: text, isDirectory: &isFolder)
    return isFolder.boolValue ? Trainer.checkpoint(in: URL(filePath: text)) : URL(filePath: text)
  }

  /// A text that tells one checkpoint from another.
  static func fingerprint(_ url: URL) throws(MVError) -> String {
    var fingerprint = Fingerprint()
    try fingerprint.add(contentsOf: url)
    return fingerprint.text
  }
}
