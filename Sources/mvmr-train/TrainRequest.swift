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
  private let arguments: ParsedArguments

  init(_ arguments: ParsedArguments) throws(MVError) {
    self.arguments = arguments
    let teachers = arguments.all("teacher")
    var (configuration, released) = try Self.read(arguments["config"], teacher: teachers.first)
    if released?.kind == .distillation, let text = teachers.first {
      var teacher = configuration.settings.teacherSettings[0]
      try teacher.set(parsing: text)
      configuration.settings.teacherSettings = [teacher]
    } else if !teachers.isEmpty {
      configuration.settings.teacherSettings += try teachers.map { (text) throws(MVError) in
        try TeacherSettings(parsing: text)
      }
    }
    for text in arguments.all("set") {
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2 else {
        throw .usage("--set \(text)", "is not KEY=VALUE", remedy: "see mvmr train --settings")
      }
      try configuration.settings.set(sides[0], to: SettingValue(parsing: sides[1]))
    }
    if let device = arguments["device"] { try configuration.settings.set("device", to: .string(device)) }
    configuration.source = arguments["SOURCE"] ?? configuration.source
    configuration.output = arguments["output"] ?? configuration.output
    configuration.split = arguments["split"] ?? configuration.split
    if arguments.has("features") { configuration.features = arguments.all("features") }
    if let size = arguments["size"] { configuration.size = try ImageSize(parsing: size) }
    self.configuration = configuration
    self.released = released
  }

  private static func read(
    _ path: String?, teacher: String?
  ) throws(MVError) -> (TrainingConfiguration, ReleasedConfiguration?) {
    guard let path else { return (TrainingConfiguration(), nil) }
    let root =
      path.hasPrefix(BuiltInConfiguration.prefix)
      ? try YAMLNode(parsing: BuiltInConfiguration(named: path).yaml, file: path)
      : try YAMLNode(contentsOf: URL(filePath: path))
    guard ReleasedConfiguration.recognizes(root) else { return (try TrainingConfiguration(root), nil) }
    let file = teacher.map { String($0.prefix { $0 != "," }) }
    let released = try ReleasedConfiguration(root, teacher: file)
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

  /// Throws where the file of the released code cannot be made a run.
  func checkPossible() throws(MVError) { if let obstacle = released?.obstacle { throw obstacle } }

  /// The folder of the run.
  func output() throws(MVError) -> URL {
    guard let output = configuration.output else {
      throw .usage("--output", "is missing", remedy: "name the folder of the run")
    }
    return URL(filePath: output)
  }

  /// The images and the representations of them.
  func data() throws(MVError) -> TrainingData {
    guard let text = configuration.source else {
      throw .usage("SOURCE", "is missing", remedy: "name the images, or put source: into the configuration")
    }
    if let name = released?.datasetName, !text.hasPrefix("\(name):") {
      throw .usage(
        "source \(text)", "is not the data set of the configuration, \(name)", remedy: "give \(name):DIR")
    }
    var source = try SourceArguments.open(text, arguments, size: configuration.size)
    if let split = configuration.split, split.contains("+") { source = try JoinedSplits(source, joining: split) }
    let names = source.splits.map(\.name)
    let wanted = configuration.split ?? "train"
    let split = try source.split(configuration.split == nil && names.count == 1 ? names[0] : wanted)
    let files = try configuration.features.map { (path) throws(MVError) in
      try FeatureFile(reading: URL(filePath: path))
    }
    try check(files, source: text)
    var targets: [TrainingTarget] = []
    for file in files { targets += try Self.targets(in: file, of: source, split) }
    if targets.isEmpty, configuration.settings.representations == "all", configuration.settings.teachers.isEmpty {
      Terminal.message("note: no feature file: the loss has no representations but the views")
    }
    return try TrainingData(source: source, split: split, targets: targets)
  }

  /// Throws where the files lack a representation that the configuration counts on, or hold it with other settings.
  private func check(_ files: [FeatureFile], source: String) throws(MVError) {
    guard let command = configuration.extractCommand(source: source) else { return }
    let chosen = configuration.settings.representations
    let names = chosen.split(separator: ",").map(String.init)
    for wanted in configuration.expected where chosen == "all" || names.contains(wanted.storedName) {
      guard let file = files.first(where: { $0.representations.contains { $0.name == wanted.storedName } }),
        let plan = file.representations.first(where: { $0.name == wanted.storedName })
      else {
        throw .usage(
          "representation \(wanted.storedName)", "is in no feature file that was given",
          remedy: "make one by: \(command), and give it as --features")
      }
      for (key, value) in wanted.settings.sorted(by: { $0.key < $1.key }) where plan.settings[key] != value {
        let found = plan.settings[key].map { "\(key)=\($0)" } ?? "no \(key)"
        throw .badData(
          file.url.path, "holds \(wanted.storedName) with \(found), the configuration asks for \(key)=\(value)",
          remedy: "make another by: \(command)")
      }
      let normalization = configuration.expectedNormalization
      let fingerprint = file.description.fingerprint
      guard normalization == .none || fingerprint.hasSuffix(NormalizedSource.mark(normalization)) else {
        throw .badData(
          file.url.path, "holds \(wanted.storedName) of images that are not normalised by \(normalization.rawValue)",
          remedy: "make another by: \(command)")
      }
    }
  }

  /// The representations of `split` in a feature file, which must be of the same images in the same order.
  static func targets(
    in file: FeatureFile, of source: any ImageSource, _ split: SourceSplit
  ) throws(MVError) -> [TrainingTarget] {
    guard file.dataset == source.contents.name else {
      throw .badData(
        file.url.path, "holds features of \(file.dataset), \(source.contents.location) is \(source.contents.name)",
        remedy: "extract the features from the same source")
    }
    let stored = try file[split.name]
    guard stored.ids == split.ids else {
      throw .badData(
        file.url.path, "holds other images than \(source.contents.location), or another order of them",
        remedy: "extract the features from the same source and split, without --limit")
    }
    guard stored.skipped.isEmpty else {
      throw .badData(
        file.url.path, "lacks features of \(stored.skipped.count) images that could not be read",
        remedy: "remove those images from the source and extract again")
    }
    return try stored.representations.map { (plan) throws(MVError) in
      TrainingTarget.stored(plan.name, try stored.features(plan.name))
    }
  }
}
