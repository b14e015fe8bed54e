internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVImaging
internal import MVRepresentations
internal import MVStore
internal import MVTraining
internal import MVYAML

/// What `mvmr train` was asked for: the command line first, then the configuration file, then the defaults.
struct TrainRequest {
  /// The configuration, the command line merged into it.
  let configuration: TrainingConfiguration
  /// The configuration of the released code it was made from.
  let released: ReleasedConfiguration?
  /// The run that is resumed or started from.
  let start: TrainStart
  /// What is worth telling of the teachers, one line each.
  let notices: [String]
  private let arguments: ParsedArguments

  /// Reads what the arguments ask for; `base` stands in for the file that `--config` names, `source` for `SOURCE`.
  init(
    _ arguments: ParsedArguments, base: (configuration: TrainingConfiguration, released: ReleasedConfiguration?)? = nil,
    source: String? = nil
  ) throws(MVError) {
    self.arguments = arguments
    var (configuration, released) = if let base { base } else { try Self.read(arguments["config"]) }
    start = try TrainStart(arguments, output: arguments["output"] ?? configuration.output)
    if base == nil, let settings = try start.settings(arguments) { configuration.settings = settings }
    try configuration.fillTeachers(with: arguments.all("teacher"))
    for text in arguments.all("set") {
      try configuration.settings.set(assigning: text, of: "--set", remedy: "see mvmr train --settings")
    }
    if let device = try DeviceArgument.device(arguments) { configuration.settings.device = device }
    configuration.source = source ?? arguments["SOURCE"] ?? configuration.source
    configuration.output = arguments["output"] ?? configuration.output
    configuration.split = arguments["split"] ?? configuration.split ?? start.origin?.split
    if arguments.has("features") { configuration.features = arguments.all("features") }
    if configuration.features.isEmpty { configuration.features = try start.features() }
    if let size = arguments["size"] { configuration.size = try ImageSize(parsing: size) }
    notices =
      configuration.openTeachers.isEmpty
      ? []
      : configuration.fillTeachers(
        from: try configuration.features.map { (path) throws(MVError) in try FeatureFile(reading: URL(filePath: path)) }
      )
    self.configuration = configuration
    self.released = released
  }

  /// The configuration in a file, or one that is built in; and that of the released code which it was made from.
  static func read(_ path: String?) throws(MVError) -> (TrainingConfiguration, ReleasedConfiguration?) {
    guard let path else { return (TrainingConfiguration(), nil) }
    let root =
      path.hasPrefix(BuiltInConfiguration.prefix)
      ? try YAMLNode(parsing: BuiltInConfiguration(named: path).yaml, file: path)
      : try YAMLNode(contentsOf: URL(filePath: path))
    guard ReleasedConfiguration.recognizes(root) else {
      let configuration = try TrainingConfiguration(root)
      try RecordedPrograms.check(configuration.settings.teachers, namedBy: path)
      return (configuration, nil)
    }
    let released = try ReleasedConfiguration(root)
    try RecordedPrograms.check(released.configuration.settings.teachers, namedBy: path)
    return (released.configuration, released)
  }

  /// What became of each key of a file of the released code, on stderr.
  func reportTranslation() {
    guard let released else { return }
    var table = TextTable("key", "value", "becomes", "remark")
    for row in released.rows {
      table.add(row.key, row.value, row.becomes.isEmpty ? "ignored" : row.becomes, row.remark)
    }
    Terminal.message("note: a \(released.kind.rawValue) configuration of the released code\n\(table.text)")
  }

  /// Throws where the file of the released code cannot be made a run, and where settings do not go together.
  func checkPossible() throws(MVError) {
    if let obstacle = released?.obstacle { throw obstacle }
    try configuration.settings.check()
  }

  /// The folder of the run.
  func output() throws(MVError) -> URL {
    guard let output = configuration.output else {
      throw .usage("--output", "is missing", remedy: "name the folder of the run")
    }
    // A configuration may name it, too.
    try OutputKind.folder.check(output, option: "--output")
    return URL(filePath: output)
  }

  /// The images.
  ///
  /// Throws, too, where a run that begins would lie among them; not where `goesOn` says that what is there goes on.
  func source(goesOn: Bool = false) throws(MVError) -> any ImageSource {
    try configuration.checkTeachers(source: configuration.source ?? released.map { "\($0.datasetName):DIR" })
    let request = try sourceRequest()
    if let name = released?.datasetName, request.kind != name {
      throw .usage("source \(request)", "is not the data set of the configuration, \(name)", remedy: "give \(name):DIR")
    }
    let source = try SourceArguments.open(request)
    if let output = configuration.output, start.resumed == nil, !goesOn {
      try ImagesPlace.check(output, apartFrom: source.contents)
    }
    return source
  }

  /// The images and the representations of them.
  func data() throws(MVError) -> TrainingData {
    let data = try configuration.data(of: source())
    if data.targets.isEmpty, configuration.settings.representations == .all, configuration.settings.teachers.isEmpty {
      Terminal.note("no feature file: the loss has no representations but the views")
    }
    return data
  }

  /// The source that was given, or else that of the run that goes on, or of the first feature file.
  private func sourceRequest() throws(MVError) -> SourceRequest {
    let splits = configuration.split.map { [$0] } ?? []
    if let text = configuration.source {
      if let recorded = start.origin?.source {
        var request = try SourceArguments.moved(text, from: recorded, arguments, splits: splits)
        if let size = configuration.size { request.size = size }
        try RememberedSource.checkPixels(of: request, as: recorded)
        return request
      }
      var request = try SourceArguments.request(text, arguments, size: configuration.size, splits: splits)
      try RememberedSource.complete(&request, from: configuration.features, arguments)
      return request
    }
    if arguments.has("resume"), start.resumed == nil, let output = configuration.output {
      throw .missingInput(
        output, "holds no run to resume: there is no last.ckpt in it",
        remedy: "name the folder of the run by --output, or give SOURCE to begin one there")
    }
    guard var request = try start.source() else {
      if start.resumed == nil, let path = configuration.features.first {
        var request = try RememberedSource.request(recordedIn: path)
        request.size = configuration.size ?? request.size
        request = try SourceArguments.completing(request, arguments, splits: splits)
        try RememberedSource.complete(&request, from: configuration.features, arguments)
        return request
      }
      let isOld = start.resumed != nil
      throw .usage(
        "SOURCE", isOld ? "is missing: a checkpoint of version 0.1 does not say what it was trained on" : "is missing",
        remedy: isOld
          ? "name the images, and the feature files by --features"
          : "name the images, put source: into the configuration, or give --features")
    }
    let recorded = request
    request = try SourceArguments.completing(request, arguments)
    if let size = configuration.size { request.size = size }
    if start.origin != nil { try RememberedSource.checkPixels(of: request, as: recorded) }
    for name in arguments.all("split") where name.contains("+") && !request.joinedSplits.contains(name) {
      request.joinedSplits.append(name)
    }
    return request
  }
}
