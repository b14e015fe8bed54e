import Foundation
import MVCore
import MVFiles
import MVStore
import TestSupport
import Testing

@testable import MVEvaluation

/// Features of images with several classes each, side by side.
@Suite struct MultiLabelComparisonTests {
  /// The arrays `x` and `labels` of the fixture as a multi-label split; `scale` multiplies columns by their number.
  private func split(_ x: String, _ labels: String, name: String, scaled: Bool = false) throws -> LabeledFeatures {
    let array = try Fixture.array("multilabel/\(x)")
    var values = try array.values(as: Float.self)
    if scaled { for place in values.indices { values[place] *= Float(place % array.shape[1] * place % 7) } }
    return try LabeledFeatures(
      [FeatureMatrix(Matrix(rows: array.shape[0], columns: array.shape[1], values: values), name: "random")],
      labels: .multi(try Fixture.array("multilabel/\(labels)").values(as: UInt8.self), classes: 4), name: name)
  }

  private func contender(_ name: String, scaled: Bool = false) throws -> Comparison.Contender {
    .init(
      name,
      .splits(
        train: try split("x", "y", name: "train", scaled: scaled),
        test: try split("u", "v", name: "test", scaled: scaled)))
  }

  /// The share of votes for a class, from every cosine.
  private func votes(_ query: [Double], _ train: [[Double]], _ labels: [UInt8], k: Int) -> Float {
    func cosine(_ a: [Double], _ b: [Double]) -> Double {
      func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    let nearest = train.indices.map { (cosine(query, train[$0]), labels[$0]) }.sorted { $0.0 > $1.0 }.prefix(k)
    let known = nearest.filter { $0.1 != 255 }
    func sum(_ part: some Sequence<(Double, UInt8)>) -> Double { part.reduce(0) { $0 + exp($1.0 / 0.07) } }
    return known.isEmpty ? 0 : Float(sum(known.filter { $0.1 == 1 }) / sum(known))
  }

  @Test func neighborsAndProbesAreScoredByPrecision() throws {
    let (good, other) = (try contender("good"), try contender("other", scaled: true))
    let comparison = try MultiLabelComparison([other, good], k: 5, probe: MultiLabelProbe(lambdas: LambdaGrid([0.01])))
    #expect(comparison.entries.map(\.name) == ["other", "good"])
    guard case .splits(let train, let test) = good.pair else { return }
    let entry = comparison.entries[1]
    let probe = try MultiLabelProbe(lambdas: LambdaGrid([0.01])).fit(train).score(test)
    #expect(entry.probe == probe && entry.k == 5 && entry.trainRows == train.rows.count)
    func rows(_ features: LabeledFeatures) -> [[Double]] {
      let matrix = features.representations[0].matrix
      return features.rows.map { row in (0..<matrix.columns).map { Double(matrix[row, $0]) } }
    }
    let (known, asked) = (try train.labeled(), try test.labeled())
    let (from, to) = (rows(known), rows(asked))
    for label in 0..<4 {
      let labels = (try known.labelColumns()[label], try asked.labelColumns()[label])
      let scores = to.map { votes($0, from, labels.0, k: 5) }
      let expected = try #require(AveragePrecision.envelope(scores, labels.1))
      #expect(abs(try #require(entry.neighbors.classes[label].envelope) - expected) < 1e-6)
    }
    // The best come first, in every form.
    let names = comparison.ranking.map(\.name)
    #expect(comparison.table.rows.map { $0[0] } == names)
    for text in [comparison.csv(), comparison.markdown, comparison.latex] {
      let places = names.compactMap { text.range(of: $0)?.lowerBound }
      #expect(places.count == 2 && places[0] < places[1])
    }
    #expect(comparison.markdown.contains("**") && comparison.latex.contains("\\textbf{"))
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    let good = try contender("good")
    guard case .splits(let train, _) = good.pair else { return }
    #expect(message { try MultiLabelComparison.check([.init("one", .single(train))]) }.contains("--test-split"))
    let single = try Rows.split([1, 2, 3, 4], columns: 2, labels: [0, 1])
    #expect(
      message { try MultiLabelComparison.check([.init("x", .splits(train: single, test: single))]) }.contains(
        "one class a row"))
    #expect(message { _ = try MultiLabelComparison([]) }.contains("nothing to compare"))
  }
}
