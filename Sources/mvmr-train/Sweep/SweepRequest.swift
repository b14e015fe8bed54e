internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVTraining
internal import MVYAML

/// What `mvmr sweep` was asked for: the command line first, then the sweep file, then the defaults.
struct SweepRequest {
  /// The options of `mvmr train` that every run is given as they are.
  static let passedOn: [Argument] =
    SourceArguments.options + [
      .option(
        "init", "NETWORK", "start every run from these weights: a file of any known network, or a run's"),
      WeightsArgument.networkOption,
    ]
  /// More runs than this are a slip, unless they are asked for.
  static let usualLimit = 1000

  /// The sweep, its paths absolute.
  let sweep: Sweep
  /// The runs.
  let runs: [SweepRun]
  /// The folder.
  let folder: URL
  /// What `mvmr train` would make of the base.
  let train: TrainRequest

  /// Throws where the sweep cannot be: an unknown setting, a value out of range, two variants alike, too many runs.
  init(_ arguments: ParsedArguments) throws(MVError) {
    let (file, source) = try Self.words(arguments)
    var sweep = Sweep()
    var released: ReleasedConfiguration?
    if let file {
      if arguments.has("config") {
        throw .usage("--config", "does not go with a sweep file", remedy: "write config: FILE into its base")
      }
      sweep = try Sweep(YAMLNode(contentsOf: URL(filePath: file))) { (node) throws(MVError) in
        let path = try node.settingValue().description
        let read = try node.placed { () throws(MVError) in try TrainRequest.read(path) }
        released = read.1
        return read.0
      }
    }
    if let file, !arguments.all("WHAT").contains(file) {
      let features = sweep.base.features
      let words = [sweep.base.source.map { "images of \($0)" }] + features.map { "features of \($0)" }
      try RecordedInputs.take(words.compactMap { $0 }.joined(separator: ", "), at: features, namedBy: file)
    }
    let arguments = try arguments.filled(by: sweep.options, of: Self.passedOn)
    sweep.options = arguments.given(of: Self.passedOn)
    // What goes on are the runs, each by itself.
    train = try TrainRequest(
      arguments.leavingOut("resume"), base: file == nil ? nil : (sweep.base, released), source: source)
    sweep.base = train.configuration
    try Self.add(arguments, to: &sweep)
    folder = try Self.folder(sweep.base.output)
    sweep.base.output = nil
    try sweep.makePathsAbsolute()
    self.sweep = sweep
    let limit = try arguments.int("most", in: 1...1_000_000) ?? Self.usualLimit
    guard let count = sweep.runCount, count <= limit else {
      let count = sweep.runCount.map { "\($0)" } ?? "beyond counting"
      throw .usage(
        "the sweep", "would be \(count) runs, more than \(limit)", remedy: "--most \(count) says that they are meant")
    }
    runs = try sweep.runs()
    if let file {
      // Those of the command line are named by the user.
      let words = arguments.all("teacher")
      let given = try words.map { (text) throws(MVError) in
        URL(filePath: try TeacherSettings(parsing: text).path).standardizedFileURL.path
      }
      let teachers = runs.flatMap(\.settings.teachers).filter { !given.contains($0.path) }
      try RecordedPrograms.check(teachers, namedBy: file)
    }
  }

  /// The sweep file and the source among what was given; of a sweep that goes on, the file in its folder.
  private static func words(_ arguments: ParsedArguments) throws(MVError) -> (file: String?, source: String?) {
    var (file, source): (String?, String?)
    for text in arguments.all("WHAT") {
      let isFile =
        ["yaml", "yml"].contains(URL(filePath: text).pathExtension.lowercased())
        && !SourceRequest.kinds.contains { text.hasPrefix("\($0.name):") }
      guard (isFile ? file : source) == nil else {
        throw .usage(text, "is a second \(isFile ? "sweep file" : "source")", remedy: "give one")
      }
      if isFile { file = text } else { source = text }
    }
    guard file == nil, let output = arguments["output"] else { return (file, source) }
    let own = Self.definition(in: URL(filePath: output))
    // Variants and seeds of the command line are done beside those of the folder, and more settings compared with it.
    guard arguments.has("resume"), !arguments.has("config"), source == nil else { return (file, source) }
    guard FileManager.default.fileExists(atPath: own.path) else {
      throw .missingInput(output, "holds no sweep to go on with", remedy: "name the folder of one by --output")
    }
    return (own.path, source)
  }

  /// Where the sweep of a folder is written, to go on with and to be used elsewhere.
  static func definition(in folder: URL) -> URL { folder.appending(path: "sweep.yaml") }

  /// Adds what the command line says of variants, seeds and scores.
  private static func add(_ arguments: ParsedArguments, to sweep: inout Sweep) throws(MVError) {
    for text in arguments.all("grid") {
      let axis = try SweepAxis(parsing: text)
      // Given again, it is another one.
      if let place = sweep.axes.firstIndex(where: { $0.setting == axis.setting }),
        arguments.all("grid").count(where: { $0.hasPrefix("\(axis.setting)=") }) == 1
      {
        sweep.axes[place] = axis
      } else {
        sweep.axes.append(axis)
      }
    }
    for text in arguments.all("variant") {
      guard let colon = text.firstIndex(of: ":") else {
        throw .usage(
          "--variant \(text)", "has no name", remedy: "write for example --variant 'slow: lr=0.001 epochs=20'")
      }
      let changes = try text[text.index(after: colon)...].split(separator: " ").map { (word) throws(MVError) in
        try SweepChange(parsing: String(word))
      }
      sweep.named.append(Sweep.Named(String(text[..<colon]), changes))
    }
    if let seeds = arguments["seeds"] { sweep.seeds = try Sweep.seeds(parsing: seeds) }
    let moments = try arguments.all("at").flatMap { $0.split(separator: ",") }.map { (text) throws(MVError) in
      try SweepMoment(parsing: String(text))
    }
    if !moments.isEmpty { sweep.moments = moments }
    // Either takes the place of what the file says of both.
    if arguments.has("held-out"), arguments.has("test-split") {
      throw .usage("--test-split", "does not go with --held-out", remedy: "leave one of them out")
    }
    if let part = try arguments.double("held-out", in: 0...1) {
      guard part > 0, part < 1 else {
        throw .usage("--held-out \(part)", "leaves nothing to learn from or to score", remedy: "write for example 0.1")
      }
      (sweep.testSplit, sweep.heldOut) = (nil, part)
    }
    sweep.trainSplit = arguments["train-split"] ?? sweep.trainSplit
    if let test = arguments["test-split"] { (sweep.testSplit, sweep.heldOut) = (test, nil) }
  }

  private static func folder(_ output: String?) throws(MVError) -> URL {
    guard let output else {
      throw .usage("--output", "is missing", remedy: "name the folder of the sweep, as --output sweeps/first")
    }
    // A sweep file may name it, too.
    try OutputKind.folder.check(output, option: "--output")
    return URL(filePath: output).standardizedFileURL
  }
}

extension Sweep {
  /// Writes paths out, so that the sweep can go on from any working folder.
  fileprivate mutating func makePathsAbsolute() throws(MVError) {
    func absolute(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
    if let source = base.source {
      var request = try SourceRequest(parsing: source)
      if request.paths.count == request.place.count { request.place = request.paths }
      base.source = "\(request)"
    }
    base.features = base.features.map(absolute)
    for place in base.settings.teachers.indices where !base.settings.teachers[place].isRole {
      base.settings.teachers[place].path = absolute(base.settings.teachers[place].path)
    }
    if let start = options["init"] {
      options["init"] = start.map { FileManager.default.fileExists(atPath: $0) ? absolute($0) : $0 }
    }
  }
}
