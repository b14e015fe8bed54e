internal import Foundation
public import MVCore
internal import MVDatasets
internal import MVRepresentations
public import MVStore

extension Extraction {
  /// The plan of the file; throws where a split is unknown, or a representation is impossible for such images.
  public func plan() throws(MVError) -> FeatureFilePlan { try plan(of: try chosenSplits()) }

  /// The splits of the source to extract, in the order asked for; those of a ``limited()`` extraction are cut already.
  func chosenSplits() throws(MVError) -> [SourceSplit] {
    let source = try limited().source
    var chosen: [SourceSplit] = []
    for name in splits ?? source.splits.map(\.name) {
      guard let split = source.splits.first(where: { ExactText($0.name) == ExactText(name) }) else {
        throw .usage(
          source.contents.location, "has no split \(name)",
          remedy: "it has \(source.splits.map(\.name).joined(separator: ", "))")
      }
      chosen.append(split)
    }
    return chosen
  }

  /// This extraction with its source cut to ``limit``; throws where that is less than 1.
  func limited() throws(MVError) -> Extraction {
    guard let limit else { return self }
    var extraction = self
    extraction.source = try SelectedRows(source, limit: limit)
    extraction.limit = nil
    return extraction
  }

  func plan(of chosen: [SourceSplit]) throws(MVError) -> FeatureFilePlan {
    let plans = try representations.map { (named) throws(MVError) in
      let layout = try layout(of: named.representation, for: chosen)
      return RepresentationPlan(
        name: named.name, representation: type(of: named.representation).name,
        settings: named.representation.settingValues, shape: layout.shape, axes: layout.axes, labels: layout.labels)
    }
    let whole = try FeatureFilePlan(
      of: source.contents, splits: chosen, settings: imageSettings(chosen), software: software, element: element,
      blockRows: blockRows(plans, chosen), representations: plans)
    guard let shard else { return whole }
    return try whole.shard(shard)
  }

  /// What rows of every split are; throws where they differ from split to split.
  private func layout(
    of representation: any Representation, for chosen: [SourceSplit]
  ) throws(MVError) -> FeatureLayout {
    let kind = type(of: representation)
    if chosen.contains(where: \.hasFloatPixels), !kind.takesFloatPixels {
      throw .usage(
        "representation \(kind.name)", "takes 8-bit images, those of \(source.contents.location) are floats",
        remedy: "store them as uint8, or leave \(kind.name) out")
    }
    let layouts = try chosen.map { (split) throws(MVError) in try representation.layout(for: split.shape) }
    guard let first = layouts.first else {
      throw .usage("splits", "are none", remedy: "name at least one that the source has")
    }
    for (split, layout) in zip(chosen, layouts) where layout != first {
      throw .usage(
        "split \(split.name)", "has images of \(split.shape), \(chosen[0].name) of \(chosen[0].shape)",
        remedy: "give --size to bring all to one size, or extract one split a file")
    }
    return first
  }

  /// The size of the images is part of what features mean, though two sizes may give rows of one shape.
  private func imageSettings(_ chosen: [SourceSplit]) -> [String: SettingValue] {
    guard let shape = chosen.first?.shape else { return [:] }
    return ["height": .int(shape.height), "width": .int(shape.width), "channels": .int(shape.channels)]
  }

  /// Rows per block: a worker's images and features stay near 16 MB; depends on nothing that may change between runs.
  private func blockRows(_ plans: [RepresentationPlan], _ chosen: [SourceSplit]) -> Int {
    let columns = plans.reduce(1) { max($0, $1.columns) }
    let pixels = chosen.reduce(1) { max($0, $1.shape.count) }
    return min(256, max(1, (16 << 20) / (4 * (columns + pixels))))
  }
}
