internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVImaging
internal import MVTraining

/// `--augmented` and what belongs to it, of the commands that embed.
enum CropArguments {
  static let options: [Argument] = [
    .option(
      "augmented", "N", "embed N random crops of each training image besides, as train.crop1 and so on, for --protocol"),
    .choice(
      "crop-policy", of: AugmentationPolicy.Name.self, "how crops are made; the released MV-MR code: custom",
      default: AugmentationPolicy.Name.crop),
    .option("crop-seed", "N", "the seed of the crops", default: "0"),
  ]

  /// The crops that are asked for, of the split to learn from among the `embedded` ones (all where nil).
  ///
  /// Throws where no split serves, and where an option comes without `--augmented`.
  static func crops(
    _ arguments: ParsedArguments, of source: any ImageSource, embedded: [String]?
  ) throws(MVError) -> EmbeddingCrops? {
    guard let count = try arguments.int("augmented", in: 0...1000), count > 0 else {
      for option in ["crop-policy", "crop-seed"] where arguments.has(option) {
        throw .usage("--\(option)", "is for crops", remedy: "give --augmented too")
      }
      return nil
    }
    let splits = try EvaluationSplits(
      of: source.splits.filter { embedded?.contains($0.name) ?? true }.map { .init($0.name, $0.labels) },
      place: source.contents.location, train: arguments["train-split"])
    return EmbeddingCrops(
      of: splits.train, count: count,
      policy: try arguments.choice("crop-policy", as: AugmentationPolicy.Name.self) ?? .crop,
      seed: try arguments.int("crop-seed", in: 0...Int.max) ?? 0)
  }
}
