internal import Foundation
public import MVCore
public import MVDatasets
public import MVStore

extension TrainingTarget {
  /// The representations that a feature file holds of the images of `split`.
  ///
  /// Row for row they must be of the images that are trained on; with `rows` only those are taken, ascending. Throws
  /// where the file is of another data set, lacks the split, has other ids or another order of them, or lacks rows of
  /// images that could not be read.
  public static func targets(
    in file: FeatureFile, of source: any ImageSource, split: SourceSplit, keeping rows: [Int]? = nil
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
        remedy: "extract the features from the same source and split, with the same --limit")
    }
    let taken = Set(rows ?? Array(0..<stored.count))
    let lacking = stored.skipped.count { taken.contains($0) }
    guard lacking == 0 else {
      throw .badData(
        file.url.path, "lacks features of \(lacking) images that could not be read", remedy: "leave those rows out")
    }
    return try stored.representations.map { (plan) throws(MVError) in
      let features = try stored.features(plan.name)
      return TrainingTarget.stored(plan.name, rows.map { features.keeping($0) } ?? features)
    }
  }
}
