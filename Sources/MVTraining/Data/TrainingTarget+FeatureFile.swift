internal import Foundation
public import MVCore
public import MVDatasets
public import MVStore

extension TrainingTarget {
  /// The representations that a feature file holds of the images of `split`.
  ///
  /// Row for row they must be of the images that are trained on. Throws where the file is of another data set, lacks
  /// the split, has other ids or another order of them, or lacks rows of images that could not be read.
  public static func targets(
    in file: FeatureFile, of source: any ImageSource, split: SourceSplit
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
