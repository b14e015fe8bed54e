internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVImaging
internal import MVStore

extension Command {
  /// `mvmr inspect`: what a feature file holds.
  static let inspect = Command(
    "inspect", summary: "Say what a feature file holds: splits, representations, settings, how much is done",
    discussion: "Example:\n  mvmr inspect features.h5",
    arguments: [.positional("FILE", "a feature file", takes: .file), .flag("json", "print one JSON object")]
  ) { (arguments) throws(MVError) in
    let file = try FeatureFile(reading: URL(filePath: try arguments.required("FILE")))
    let description = file.description
    file.notices.forEach(Terminal.note)
    if arguments.has("json") {
      try Terminal.printJSON(description)
      return
    }
    try printOrigin(description)
    try printSplits(description)
    try printRepresentations(description)
  }

  /// What the file is, and how it was made.
  private static func printOrigin(_ description: FeatureFileDescription) throws(MVError) {
    let state = description.isComplete ? "complete" : "not complete: the command that began it finishes it"
    try Terminal.result("\(description.path): \(description.dataset), \(ByteCount(description.bytes)), \(state)")
    try Terminal.line("made \(description.created) from \(description.location)")
    if let source = description.source { try Terminal.line("source: \(words(of: source))") }
    if let command = description.software["command"] { try Terminal.line("by: \(command)") }
    if let merged = description.software["merged"] { try Terminal.result("merged by: \(merged)") }
    if let converted = description.software["converted"] { try Terminal.result("converted by: \(converted)") }
    let versions = ["mvmr", "opencv", "hdf5"].compactMap { name in
      description.software[name].map { name == "mvmr" ? $0 : "\(name) \($0)" }
    }
    if !versions.isEmpty { try Terminal.result("with: \(versions.joined(separator: ", "))") }
    if let shard = description.shard {
      try Terminal.result(
        "shard \(shard.name): \(shard.splits.map { "\($0.rows) of \($0.total) \($0.name)" }.joined(separator: ", "))")
    }
    if !description.sources.isEmpty { try Terminal.result("joins: \(description.sources.joined(separator: ", "))") }
  }

  /// A line for every representation of every split.
  private static func printSplits(_ description: FeatureFileDescription) throws(MVError) {
    var table = TextTable("split", "rows", "labelled", "representation", "shape", "type", "size", "done")
    for split in description.splits {
      for (place, entry) in split.representations.enumerated() {
        table.add(
          place == 0 ? split.name : "", place == 0 ? "\(split.rows)" : "", place == 0 ? "\(split.labeledRows)" : "",
          entry.name, entry.shape.map(String.init).joined(separator: " x "),
          entry.dtype.rawValue + (entry.isPacked ? ", compressed" : ""),
          "\(ByteCount(entry.bytes))", "\(Int(entry.doneFraction * 100)) %")
      }
    }
    try Terminal.result("\n\(table.text)\n")
  }

  /// The settings of every representation, the classes, and the images that were left out.
  private static func printRepresentations(_ description: FeatureFileDescription) throws(MVError) {
    for entry in description.splits.first?.representations ?? [] {
      let settings = entry.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      try Terminal.result("\(entry.name) = \(entry.representation):\(settings.joined(separator: ","))")
      try Terminal.result("  axes: \(entry.axes.joined(separator: ", "))")
    }
    if !description.classNames.isEmpty {
      try Terminal.line("\(description.classNames.count) classes: \(description.classNames.joined(separator: ", "))")
    }
    for split in description.splits where !split.skippedIDs.isEmpty {
      try Terminal.result("\(split.name): \(split.skippedIDs.count) images could not be read and were left out:")
      for id in split.skippedIDs { try Terminal.line("  \(id)") }
    }
  }

  /// What is recorded of the source, in words; its JSON where it is of a newer version.
  private static func words(of source: SourceRecord) -> String {
    guard let request = source.value(as: SourceRequest.self) else { return source.json }
    var words = ["\(request)"]
    if request.paths != request.place { words += request.paths }
    if let framing = request.framing { words.append("size \(framing), cut to the \(request.crop.rawValue)") }
    words += request.decoding.words
    words += request.joinedSplits.map { "joins \($0)" }
    if request.normalization != .none { words.append("normalized by \(request.normalization.rawValue)") }
    return words.joined(separator: ", ")
  }
}
