internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVImaging
internal import MVRepresentations
internal import MVStore
internal import MVYAML

/// What `mvmr extract` was asked for: the command line first, then the configuration file, then the defaults.
struct ExtractRequest {
  let extraction: Extraction

  init(_ arguments: ParsedArguments) throws(MVError) {
    var configuration =
      try arguments["config"].map { (path) throws(MVError) in
        try ExtractionConfiguration(contentsOf: URL(filePath: path))
      } ?? ExtractionConfiguration()
    let specifications = try arguments.all("representation").map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
    if !specifications.isEmpty { configuration.representations = specifications }
    if !arguments.all("split").isEmpty { configuration.splits = arguments.all("split") }
    configuration.element = try arguments.choice("dtype", as: ElementType.self) ?? configuration.element
    configuration.jobs = try arguments.int("jobs", in: 1...1024) ?? configuration.jobs
    configuration.limit = try arguments.int("limit", in: 1...Int.max) ?? configuration.limit
    var request = try SourceArguments.request(
      try arguments.required("SOURCE"), arguments, splits: configuration.splits)
    // Part of the source from here on, which tells what was drawn and records it.
    request.limit = configuration.limit
    configuration.limit = nil
    let source = try SourceArguments.open(request)
    var extraction = try Extraction(
      configuration, from: source, to: URL(filePath: try arguments.required("output")))
    extraction.shard = try ShardNumber.asked(
      arguments["shard"], environment: ProcessInfo.processInfo.environment, notice: Terminal.note)
    extraction.compress = arguments.has("compress")
    extraction.skipBadImages = arguments.has("skip-bad-images")
    extraction.overwrite = arguments.has("overwrite")
    extraction.software = Provenance.software
    if let seconds = try arguments.double("sync-interval", in: 0...3600) {
      extraction.syncInterval = .seconds(seconds)
    }
    self.extraction = extraction
  }

  /// One representation of one split, as `--dry-run --json` prints it.
  private struct Part: Encodable {
    let split: String
    let images: Int
    let representation: String
    let shape: [Int]
    let bytes: Int
    let settings: [String: SettingValue]
  }

  /// Prints what would be computed.
  func describe(json: Bool) throws(MVError) {
    var parts: [Part] = []
    var table = TextTable("split", "images", "representation", "shape", "bytes", "settings")
    let plan = try extraction.plan()
    for part in plan.splits {
      let split = try extraction.source.split(part.name)
      let (name, rows) = (part.name, part.count)
      for entry in extraction.representations {
        let layout = try entry.representation.layout(for: split.shape)
        parts.append(
          Part(
            split: name, images: rows, representation: entry.name, shape: layout.shape,
            bytes: rows * layout.count * extraction.element.size, settings: entry.representation.settingValues))
        let settings = entry.representation.settingValues.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        table.add(
          name, "\(rows)", entry.name, layout.shape.map(String.init).joined(separator: " x "),
          "\(ByteCount(rows * layout.count * extraction.element.size))", settings.joined(separator: ","))
      }
    }
    if json { try Terminal.printJSON(parts) } else { try Terminal.result(table.text) }
  }
}
