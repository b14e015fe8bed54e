import MVCore
import MVEvaluation
import MVFiles
import TestSupport
import Testing

@Suite struct NearestNeighborsGoldenTests {
  @Test(arguments: [NearestNeighbors.Metric.cosine, .euclidean])
  func neighborsAreThoseOfFAISS(metric: NearestNeighbors.Metric) throws {
    let train = try Rows.fixture("knn", "train", "train_labels")
    let test = try Rows.fixture("knn", "test", "test_labels", name: "test")
    let found = try NearestNeighbors(k: [20], metric: metric).search(train: train, queries: test)
    #expect(found.rows == (try Fixture.array("knn/\(metric)_neighbours").values(as: Int32.self)))
    let values = try Fixture.floats(metric == .cosine ? "knn/cosines" : "knn/distances")
    #expect(largestDifference(found.values, values) < 1e-6)
    #expect(found[3].rows == found.rows[60..<80])
  }

  @Test func votesAreThoseOfDINO() throws {
    let train = try Rows.fixture("knn", "train", "train_labels")
    let test = try Rows.fixture("knn", "test", "test_labels", name: "test")
    let scores = try NearestNeighbors(k: [5, 20, 100], temperatures: [0.07, 0.5]).evaluate(train: train, test: test)
    let golden = try Fixture.array("knn/dino_scores").values(as: Double.self)
    let predictions = try Fixture.array("knn/dino_predictions").values(as: Int64.self)
    #expect(scores.results.map(\.k) == [5, 20, 100, 5, 20, 100])
    for (index, result) in scores.results.enumerated() {
      #expect(abs(result.top1 - golden[2 * index]) < 1e-12)
      #expect(abs(result.top5 - golden[2 * index + 1]) < 1e-12)
      #expect(result.predictions == Array(predictions[index * 90..<(index + 1) * 90]))
    }
    #expect(scores.trainRows == 600 && scores.testRows.count == 90 && scores.classCount == 8)
    let report = try scores.report(of: scores.results[1])
    #expect(report.top1 == scores.results[1].top1)
  }
}
