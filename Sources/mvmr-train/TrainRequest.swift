internal import Foundation
internal import MVCommandLine
internal import MVConfiguration
internal import MVCore
internal import MVDatasets
internal import MVStore
internal import MVTraining

/// What `mvmr train` was asked for: the command line first, then the configuration file, then the defaults.
struct TrainRequest {
  let settings: TrainingSettings
  let output: URL
  private let source: any ImageSource
  private let splitName: String
  private let features: String?

  init(_ arguments: ParsedArguments) throws(MVError) {
    var settings = TrainingSettings()
    var own: [String: String] = [:]
    if let path = arguments["config"] {
      for (key, node) in try YAMLNode(contentsOf: URL(filePath: path)).flattened() {
        if ["source", "features", "output", "split"].contains(key) {
          own[key] = try node.settingValue().description
        } else {
          try settings.set(key, to: node)
        }
      }
    }
    for text in arguments.all("set") {
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2 else {
        throw .usage("--set \(text)", "is not KEY=VALUE", remedy: "see mvmr train --settings")
      }
      try settings.set(sides[0], to: SettingValue(parsing: sides[1]))
    }
    self.settings = settings
    guard let sourceText = arguments["SOURCE"] ?? own["source"] else {
      throw .usage("SOURCE", "is missing", remedy: "name the images, or put source: into the configuration")
    }
    guard let output = arguments["output"] ?? own["output"] else {
      throw .usage("--output", "is missing", remedy: "name the folder of the run")
    }
    self.output = URL(filePath: output)
    splitName = arguments["split"] ?? own["split"] ?? "train"
    features = arguments["features"] ?? own["features"]
    source = try SourceArguments.open(sourceText, arguments)
  }

  /// The images and the representations of them.
  func data() throws(MVError) -> TrainingData {
    let names = source.splits.map(\.name)
    let split = try source.split(!names.contains(splitName) && names.count == 1 ? names[0] : splitName)
    var targets: [TrainingTarget] = []
    if let features {
      targets = try Self.targets(in: FeatureFile(reading: URL(filePath: features)), of: source, split)
    } else if settings.representations == "all" {
      Terminal.message("note: no feature file: the loss has no representations but the views")
    }
    return try TrainingData(source: source, split: split, targets: targets)
  }

  /// The representations of `split` in a feature file, which must be of the same images in the same order.
  static func targets(
    in file: FeatureFile, of source: any ImageSource, _ split: SourceSplit
  ) throws(MVError) -> [TrainingTarget] {
    let stored = try file[split.name]
    guard stored.count == split.count, stored.ids.elementsEqual(split.ids) else {
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
