internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVFiles
internal import MVNetworks
internal import MVTraining

extension Command {
  /// `mvmr export`: a network for other programs.
  static let export = Command(
    TrainingProgram.Entry.export,
    discussion: """
      safetensors: residual networks under torchvision's names, transformers under timm's; each loads there by
        load_state_dict(safetensors.torch.load_file(FILE), strict=True). A network without a classifier needs
        model.fc = torch.nn.Identity() in torchvision first, or num_classes=0 in timm.
      torchscript: a network that torch.jit.load(FILE) runs without this program: model(images) gives features,
        model.logits(images) and model.projection(images) what else there is.
      ONNX comes from either by torch.onnx.export; Networks.md has the line.

      Examples:
        mvmr export run --format safetensors
        mvmr export run/best.ckpt --format torchscript --output encoder.pt
        mvmr export released.pth --format safetensors --output resnet50.safetensors
      """,
    arguments: [
      .positional("NETWORK", "a checkpoint, the folder of a run, or a file or folder of weights", takes: .file),
      .choice("format", of: NetworkExport.self, "what is written", default: .safetensors),
      .option(
        "output", "FILE", "the file to write; beside the network where not given",
        output: .file(NetworkExport.allCases.map(\.ending) + ["pth", "ts"])),
      WeightsArgument.option, .flag("overwrite", "replace a file that is there"),
      .flag("json", "print one JSON object at the end"),
    ]
  ) { (arguments) throws(MVError) in
    let text = try arguments.required("NETWORK")
    let format = try arguments.choice("format", as: NetworkExport.self) ?? .safetensors
    let network = try WeightsArgument.file(text, arguments)
    let output = try place(network, format, arguments)
    // A file of weights is taken as it is; of a checkpoint the checksum is known.
    if Checkpoint.isLikely(at: network.url) { _ = try Checkpoint(contentsOf: network.url) }
    try network.export(as: format, to: output, metadata: Provenance.software)
    for note in network.notes { Terminal.message("note: \(note)") }
    let bytes = SystemPath(output.path).status?.size ?? 0
    let made = Exported(
      format: format.rawValue, architecture: network.architecture.words,
      parameters: network.architecture.parameterCount, classes: network.architecture.classes, bytes: bytes)
    if arguments.has("json") {
      try Terminal.printJSON(WrittenOutput(output.path, made))
    } else {
      try Terminal.result("\(output.path): \(made.architecture), \(ByteCount(bytes))")
    }
  }

  /// Where the file goes: where it was asked for, or beside the network under its name.
  private static func place(
    _ network: NetworkFile, _ format: NetworkExport, _ arguments: ParsedArguments
  ) throws(MVError) -> URL {
    let given = arguments["output"]
    let output =
      given.map { URL(filePath: $0) }
      ?? network.url.deletingPathExtension().appendingPathExtension(format.ending)
    let ending = output.pathExtension.lowercased()
    guard (ending == "safetensors") == (format == .safetensors) else {
      throw .usage(
        output.path, "does not end like \(format.rawValue)", remedy: "name FILE.\(format.ending) for --output")
    }
    guard output.standardizedFileURL.path != network.url.standardizedFileURL.path else {
      throw .usage(output.path, "is the network itself", remedy: "give another place by --output")
    }
    // Of a name that the user did not give, no link is followed.
    if given == nil { try AtomicFile.check([output.lastPathComponent], in: output.deletingLastPathComponent()) }
    guard arguments.has("overwrite") || !FileManager.default.fileExists(atPath: output.path) else {
      throw .usage(output.path, "is there already", remedy: "give --overwrite or another --output")
    }
    if given == nil { try OutputKind.file([format.ending]).check(output.path, option: "--output") }
    return output
  }
}

/// What `mvmr export --json` prints beside the output.
private struct Exported: Encodable {
  let format: String
  let architecture: String
  let parameters: Int
  let classes: Int
  let bytes: Int
}
