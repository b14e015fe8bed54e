public import Foundation
public import MVCore
internal import MVFiles

/// A feature file, opened for reading: its splits, their content, and its origin.
///
/// Opening reads labels, ids and marks, and checks their checksums; features are mapped and read as they are asked for.
/// A file that is still being written shows what was finished when it was opened.
///
///     let file = try FeatureFile(reading: URL(filePath: "features.h5"))
///     let train = try file["train"]
///     let rows = try train.features("hog").matrix(0..<10)
public struct FeatureFile: Sendable {
  /// The file's place.
  public let url: URL
  /// The splits, in the order in which they were written.
  public let splits: [FeatureSplit]
  let stored: StoredFile

  /// Opens a feature file; throws where it is missing, not a feature file, of a later version, cut short or damaged.
  public init(reading url: URL) throws(MVError) {
    try self.init(url, try StoredFile(reading: url.path))
  }

  /// Maps the files that `stored` describes; throws where another file is there by now.
  init(_ url: URL, _ stored: StoredFile) throws(MVError) {
    self.url = url
    var mappings: [String: MappedFile] = [:]
    for path in stored.featureFiles { mappings[path] = try stored.opening(path).map() }
    try stored.checkPieces { mappings[$0]?.count ?? 0 }
    self.stored = stored
    splits = stored.splits.map { FeatureSplit(stored: $0, file: stored, mappings: mappings) }
  }

  /// Throws where `output` is another file that holds rows of this one, a shard of a merged file: writing there would
  /// lose them.
  public func checkHoldsNoRows(_ output: URL) throws(MVError) {
    let target = OutputPath.resolved(output).path
    guard target != stored.path, stored.featureFiles.contains(target) else { return }
    throw .usage(
      output.path, "holds rows of \(url.relativePath), and would be overwritten",
      remedy: "give another place by --output")
  }

  /// The name of the data set, for example `cifar10`.
  public var dataset: String { stored.dataset }
  /// The name of each class, by label; empty where unknown.
  public var classNames: [String] { stored.classNames }
  /// The type in which values are stored.
  public var element: ElementType { stored.splits[0].features[0].element }
  /// The description of each representation; the same in every split.
  public var representations: [RepresentationPlan] { stored.splits[0].features.map(\.plan) }

  /// The split of this name; throws a usage error that lists the file's splits.
  public subscript(name: String) -> FeatureSplit {
    get throws(MVError) {
      guard let split = splits.first(where: { $0.name == name }) else {
        throw .usage(
          url.path, "has no split \(name)", remedy: "it has \(splits.map(\.name).joined(separator: ", "))")
      }
      return split
    }
  }
}
