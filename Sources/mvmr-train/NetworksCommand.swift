internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVImaging
internal import MVNetworks

extension Command {
  /// `mvmr networks`: the catalogue, or what a file of weights is.
  static let networks = Command(
    TrainingProgram.Entry.networks,
    discussion: """
      A file is one that torch.save or safetensors wrote, with the names of torchvision, timm, open_clip, OpenAI's CLIP,
      DINO, DINOv2, Hugging Face's transformers, MoCo, solo-learn, lightly, the released MV-MR or this program; or a
      folder of Hugging Face's; or the folder of a run. Its structure is read off names and shapes. Nothing is executed.

      Examples:
        mvmr networks
        mvmr networks dinov2-vits14
        mvmr networks dinov2_vits14_reg4_pretrain.pth
        mvmr networks moco_v2_800ep_pretrain.pth.tar --set part=encoder_q
        mvmr networks dino_deitsmall16_pretrain.pth --set network=dino_vits16
        mvmr networks clip-vit-base-patch32/ --json
      """,
    arguments: [
      .positional(
        "NETWORK", "a file or folder of weights, or a name of the catalogue", required: false,
        takes: .wordsOrFile(NetworkCatalogue.standard.entries.map(\.name))),
      WeightsArgument.option, .flag("json", "print JSON"),
    ]
  ) { (arguments) throws(MVError) in
    guard let text = arguments["NETWORK"] else {
      guard !arguments.has("set") else {
        throw .usage("--set", "is for a file of weights, and none is given", remedy: "write mvmr networks FILE")
      }
      return try list(arguments)
    }
    let isFile = FileManager.default.fileExists(atPath: text)
    // What is no path is the name of a network.
    let summary =
      isFile || text.contains("/") || arguments.has("set")
      ? NetworkSummary(try WeightsArgument.file(text, arguments))
      : NetworkSummary(try named(text))
    if arguments.has("json") { return try Terminal.printJSON(summary) }
    try describe(summary)
  }

  private static func named(_ text: String) throws(MVError) -> NetworkCatalogue.Entry {
    do throws(MVError) { return try NetworkCatalogue.standard.entry(named: text) } catch {
      // A name with an ending is that of a file, which is not there.
      guard !URL(filePath: text).pathExtension.isEmpty else { throw error }
      throw .missingInput(
        text, "does not exist, and is no network of the catalogue", remedy: "check the path, or see mvmr networks")
    }
  }

  private static func list(_ arguments: ParsedArguments) throws(MVError) {
    let entries = NetworkCatalogue.standard.entries
    if arguments.has("json") {
      return try Terminal.printJSON(entries.map { Listed($0) })
    }
    var table = TextTable("network", "parameters", "input", "features", "also called")
    for entry in entries {
      table.add(
        entry.name, millions(entry.architecture.parameterCount), "\(entry.preprocessing.framing.size.height)",
        "\(entry.architecture.outputs[0].columns)", entry.aliases.first ?? "")
    }
    try Terminal.result(table.text)
    try Terminal.result("One of them, or what a file of weights is: mvmr networks NETWORK")
  }

  /// An entry of the catalogue as JSON has it.
  private struct Listed: Encodable {
    let name: String
    let aliases: [String]
    let architecture: String
    let parameters: Int
    let side: Int
    let features: Int

    init(_ entry: NetworkCatalogue.Entry) {
      name = entry.name
      aliases = entry.aliases
      architecture = entry.architecture.words
      parameters = entry.architecture.parameterCount
      side = entry.preprocessing.framing.size.height
      features = entry.architecture.outputs[0].columns
    }
  }

  private static func millions(_ count: Int) -> String {
    count < 1_000_000
      ? String(format: "%.0fk", Double(count) / 1000) : String(format: "%.1fM", Double(count) / 1_000_000)
  }

  private static func describe(_ summary: NetworkSummary) throws(MVError) {
    var table = TextTable("network", summary.names.first ?? "none of the catalogue")
    if summary.names.count > 1 { table.add("like", summary.names.dropFirst().joined(separator: ", ")) }
    table.add("architecture", summary.architecture)
    table.add("parameters", "\(summary.parameters)")
    let input = summary.input
    let known = summary.file?.knowsInput == false ? " (usual for such networks, the file does not say)" : ""
    table.add(
      "input",
      "\(input.height)x\(input.width), \(scaling(input)), \(input.interpolation), mean "
        + "\(numbers(input.mean)), std \(numbers(input.std))\(known)")
    table.add("outputs", outputs(summary.outputs))
    if let file = summary.file {
      table.add("weights", "\(file.path): \(file.types.joined(separator: ", ")), \(file.naming)")
      if let title = file.title { table.add("called", title) }
      if !file.part.isEmpty { table.add("part", file.part) }
      if !file.leftOut.isEmpty { table.add("left out", file.leftOut.joined(separator: ", ")) }
    }
    try Terminal.result(table.text)
    for note in summary.file?.notes ?? [] { Terminal.message("note: \(note)") }
  }

  /// How images come to the size of an input.
  private static func scaling(_ input: NetworkSummary.Input) -> String {
    if input.stretched {
      return "stretched to \(input.resize.map { "\($0)x\($0)" } ?? "\(input.height)x\(input.width)")"
    }
    return input.resize.map { "shorter side to \($0)" } ?? "scaled to cover that"
  }

  private static func numbers(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: " ") }

  /// Outputs with their columns; stages of the same width are told together.
  private static func outputs(_ outputs: [NetworkSummary.Output]) -> String {
    var parts: [String] = []
    var index = 0
    while index < outputs.count {
      let own = outputs[index]
      var last = index
      if own.layer.hasPrefix("stage") {
        while last + 1 < outputs.count, outputs[last + 1].columns == own.columns,
          outputs[last + 1].layer.hasPrefix("stage")
        {
          last += 1
        }
      }
      parts.append(
        last > index ? "\(own.layer)...\(outputs[last].layer) \(own.columns)" : "\(own.layer) \(own.columns)")
      index = last + 1
    }
    return parts.joined(separator: ", ")
  }
}
