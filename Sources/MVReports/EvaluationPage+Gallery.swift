internal import Foundation
public import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVImaging
internal import MVPages
internal import MVStore

extension EvaluationPage {
  /// Adds test images, right and wrong ones mixed, each with the train images nearest to it.
  ///
  /// `cases` test images with up to `neighbors` train images each. Without images there is only `reason`, why that is
  /// so. An image that cannot be read is an empty place. `progress` counts test images that have been searched for.
  /// Throws as `NearestNeighbors` does, and where it is stopped.
  public mutating func addGallery(
    _ images: RowImages?, reason: String = "", cases: Int = 12, neighbors: Int = 8,
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    page.heading("Nearest neighbours")
    guard let images else {
      page.paragraph("No images are shown. \(reason)")
      return
    }
    let (train, test) = try splits()
    let queries = try chosen(cases, of: test)
    let labeled = train.rows.filter { !classes(of: train, row: $0).isEmpty }
    let among = try LabeledFeatures(train.representations, labels: train.labels, rows: labeled, name: train.name)
    // Where a row is searched for among rows that it is one of, it finds itself.
    let isAmong = train.name == test.name && !Set(queries.map(\.row)).isDisjoint(with: labeled)
    let count = min(neighbors + (isAmong ? 1 : 0), labeled.count)
    guard !queries.isEmpty, count > 0 else {
      page.paragraph("There are no labelled rows to show.")
      return
    }
    let found = try NearestNeighbors(k: [count], metric: metric).search(
      train: among,
      queries: try LabeledFeatures(
        test.representations, labels: test.labels, rows: queries.map(\.row), name: test.name),
      cancellation: cancellation, progress: progress)
    var entries: [Int: NeighborGallery.Case] = [:]
    for (position, row) in found.queries.enumerated() {
      // Images of the size that they are framed to may take seconds each.
      guard !cancellation.isCancelled else {
        throw MVError(.interrupted, "gallery", "was stopped after \(position) of \(found.queries.count) images")
      }
      guard let query = queries.first(where: { $0.row == row }) else { continue }
      let own = Set(classes(of: test, row: row))
      let near = zip(found[position].rows, found[position].values).filter { !isAmong || Int($0.0) != row }
        .prefix(neighbors).map { other, value in
          NeighborGallery.Neighbor(
            picture(Int(other), of: train, images), value: String(format: "%.3f", value),
            agrees: !own.isDisjoint(with: classes(of: train, row: Int(other))))
        }
      let agreeing = near.count { $0.agrees }
      entries[row] = NeighborGallery.Case(
        picture(row, of: test, images),
        verdict: query.prediction.map { "taken for \(name($0))" } ?? "\(agreeing) of \(near.count) share a class",
        isRight: query.prediction.map { own.contains(Int($0)) } ?? (near.first?.agrees ?? false), neighbors: near)
    }
    let shape = try images.source.split(test.name).shape
    page.gallery(
      NeighborGallery(
        queries.compactMap { entries[$0.row] },
        caption:
          "\(entries.count) test images chosen by seed \(seed), each with the nearest rows of \(train.name), their "
          + "\(metric == .cosine ? "cosine similarity" : "distance") below. "
          + (isMultiLabel
            ? "✓ marks those that share a class with the test image."
            : "✓ marks what is of the test image's class.")
          + (images.notice.map { " Note: \($0)." } ?? ""),
        pixelated: max(shape.height, shape.width) <= 64))
  }

  /// Draws test rows to show: half of them predicted right and half wrong, as far as there are such rows.
  private func chosen(_ count: Int, of test: LabeledFeatures) throws(MVError) -> [(row: Int, prediction: Int64?)] {
    var generator = SeededGenerator(seed: seed, keys: 0x4761_6C)
    guard let predictions, !isMultiLabel else {
      let labeled = test.rows.filter { !classes(of: test, row: $0).isEmpty }
      return generator.permutation(of: labeled.count).prefix(count).map { (labeled[$0], nil) }
    }
    let order = generator.permutation(of: predictions.rows.count)
    let right = order.filter { predictions.classes[$0] == predictions.predictions[$0] }
    let wrong = order.filter { predictions.classes[$0] != predictions.predictions[$0] }
    let rights = min(right.count, max(count / 2, count - wrong.count))
    let kept = Set(right.prefix(rights) + wrong.prefix(count - rights))
    return order.filter(kept.contains).map { (predictions.rows[$0], predictions.predictions[$0]) }
  }

  private func picture(_ row: Int, of split: LabeledFeatures, _ images: RowImages) -> NeighborGallery.Picture {
    let id = (try? file[split.name].ids[row]) ?? ""
    let text = labelText(of: split, row: row)
    do throws(MVError) {
      let png = try images.image(row, of: split.name).thumbnail(side: 96)
      return NeighborGallery.Picture(png: png, caption: text, detail: id)
    } catch { return NeighborGallery.Picture(png: nil, caption: text, detail: "\(error)") }
  }
}
