internal import Foundation
public import MVCore
internal import MVEvaluation
internal import MVPages
internal import MVStore

extension EvaluationPage {
  /// Adds maps of the test rows, by t-SNE and by principal components, in the colors of their classes.
  ///
  /// Of more than `limit` rows a seeded choice is shown. Nothing is added for fewer than three rows. Throws as
  /// `FeatureMap` does.
  public mutating func addMap(
    limit: Int = 2000, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    let (_, test) = try splits()
    guard test.rows.count >= 3 else { return }
    let map = try FeatureMap(of: test, limit: limit, seed: seed, cancellation: cancellation, progress: progress)
    let ids = try file[test.name].ids
    let labels = try colors(of: test, rows: map.rows)
    let explained = map.explained.map { String(format: "%.1f %%", $0 * 100) }.joined(separator: " and ")
    var views = [
      PointMap.View(
        map.principal, caption: "Principal components: the first two hold \(explained) of the variance.")
    ]
    if let layout = map.neighbor {
      views.insert(
        PointMap.View(
          layout.points,
          caption: String(
            format: "t-SNE, perplexity %.0f: near points are near rows; distances between clusters mean little.",
            map.perplexity)), at: 0)
    }
    page.heading("Map of the test features")
    let choice =
      map.rows.count < map.available
      ? "\(map.rows.count) of \(map.available) test rows, chosen by seed \(seed)" : "All \(map.rows.count) test rows"
    page.map(
      PointMap(
        views, labels: labels, names: names,
        details: map.rows.map { "\(labelText(of: test, row: $0)) · \(ids[$0])" },
        caption: "\(choice), each representation brought to length 1 a row."
          + (isMultiLabel ? " A row of several classes has the colour of the rarest." : "")))
  }

  var isMultiLabel: Bool { if case .multi = pair.trainLabels { true } else { false } }

  /// The rows used for training and for testing; with leave-one-out, both are the whole split.
  func splits() throws(MVError) -> (train: LabeledFeatures, test: LabeledFeatures) {
    switch pair {
    case .splits(let train, let test): return (train, test)
    case .single(let all):
      guard let predictions, !isMultiLabel else { return (all, all) }
      let test = try LabeledFeatures(
        all.representations, labels: all.labels, rows: predictions.rows, name: all.name)
      guard predictions.rows.count < all.rows.count else { return (all, test) }
      let tested = Set(predictions.rows)
      let train = try LabeledFeatures(
        all.representations, labels: all.labels, rows: all.rows.filter { !tested.contains($0) }, name: all.name)
      return (train.rows.isEmpty ? all : train, test)
    }
  }

  /// The classes of a row; none where it is unlabeled.
  func classes(of split: LabeledFeatures, row: Int) -> [Int] {
    switch split.labels {
    case .single(let labels): labels[row] < 0 ? [] : [Int(labels[row])]
    case .multi(let values, let width): (0..<width).filter { values[row * width + $0] == 1 }
    }
  }

  /// The names of a row's classes, joined by commas.
  func labelText(of split: LabeledFeatures, row: Int) -> String {
    let found = classes(of: split, row: row)
    return found.isEmpty ? "no class" : found.map { name(Int64($0)) }.joined(separator: ", ")
  }

  /// The classes of each row, the rarest first.
  private func colors(of split: LabeledFeatures, rows: [Int]) throws(MVError) -> [[Int]] {
    let labels = rows.map { classes(of: split, row: $0) }
    var counts: [Int: Int] = [:]
    for label in labels.joined() { counts[label, default: 0] += 1 }
    return labels.map { $0.sorted { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) } }
  }
}
