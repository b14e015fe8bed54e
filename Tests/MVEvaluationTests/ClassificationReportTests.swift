import Foundation
import MVCore
import Testing

@testable import MVEvaluation

@Suite struct ClassificationReportTests {
  let report: ClassificationReport

  init() throws {
    report = try ClassificationReport(
      classes: [0, 0, 0, 0, 1, 1, 3, 3], predictions: [0, 0, 0, 1, 1, 0, 2, 3], top5: 1)
  }

  @Test func countsAreThoseByHand() {
    #expect(report.top1 == 5.0 / 8)
    #expect(report.labels == [0, 1, 2, 3] && report.counts == [4, 2, 0, 2])
    #expect(
      report.confusion.map { [$0.truth, $0.prediction, Int64($0.count)] } == [
        [0, 0, 3], [0, 1, 1], [1, 0, 1], [1, 1, 1], [3, 2, 1], [3, 3, 1],
      ])
    #expect(report.classAccuracies == [0.75, 0.5, nil, 0.5])
    #expect(abs(report.balancedAccuracy - 1.75 / 3) < 1e-15)
  }

  @Test func intervalIsThatOfTheBinomial() throws {
    let truth = [Int64](repeating: 0, count: 1000)
    let predictions = (0..<1000).map { Int64($0 < 800 ? 0 : 1) }
    let report = try ClassificationReport(classes: truth, predictions: predictions)
    let interval = report.interval(resamples: 4000, seed: 3)
    // 0.8 +- 1.96 sqrt(0.8 x 0.2 / 1000)
    #expect(abs(interval.lowerBound - 0.7752) < 0.003)
    #expect(abs(interval.upperBound - 0.8248) < 0.003)
    #expect(interval == report.interval(resamples: 4000, seed: 3))
    #expect(interval != report.interval(resamples: 4000, seed: 4))
  }

  @Test func csvQuotesNames() {
    #expect(
      report.csv(names: ["a,b", "say \"x\"", "c"])
        == "class,rows,accuracy\n\"a,b\",4,0.75\n\"say \"\"x\"\"\",2,0.5\nc,0,\n3,2,0.5\n")
    #expect(report.confusionCSV().hasPrefix("class,prediction,rows\n0,0,3\n0,1,1\n1,0,1\n"))
  }

  @Test func jsonHoldsEverything() throws {
    let json = try #require(JSONSerialization.jsonObject(with: report.json(names: ["cat"])) as? [String: Any])
    #expect(json["top1"] as? Double == 0.625)
    #expect(json["top5"] as? Double == 1)
    let pairs = try #require(json["confusion"] as? [[String: Any]])
    #expect(pairs.count == 6 && pairs[1]["class"] as? String == "cat" && pairs[1]["prediction"] as? String == "1")
    #expect(pairs.map { $0["rows"] as? Int } == [3, 1, 1, 1, 1, 1])
    let classes = try #require(json["per_class"] as? [[String: Any]])
    #expect(classes[0]["class"] as? String == "cat" && classes[1]["class"] as? String == "1")
    #expect(classes[2]["accuracy"] == nil && classes[3]["label"] as? Int == 3)
    #expect((json["interval"] as? [Double])?.count == 2)
  }

  @Test func scoresEncodeAsAgreed() throws {
    let (values, labels) = Rows.clusters(80, columns: 3, classes: 2, seed: 1)
    let split = try Rows.split(values, columns: 3, labels: labels)
    func keys(_ data: Data) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    let scores = try NearestNeighbors(k: [20, 5]).evaluate(leavingOneOut: split)
    let json = try keys(scores.json())
    #expect(Set(json.keys) == ["results", "metric", "temperature", "train_rows", "test_rows", "seconds"])
    let results = try #require(json["results"] as? [[String: Any]])
    #expect(results.map { $0["k"] as? Int } == [20, 5])
    let report = ["top1", "top5", "balanced_accuracy", "interval", "rows", "per_class", "confusion"]
    #expect(Set(results[0].keys) == Set(report + ["k"]))
    #expect(json["temperature"] as? Double == 0.07 && json["metric"] as? String == "cosine")
    #expect(scores.csv.split(separator: "\n").count == 3)
    let several = try keys(
      NearestNeighbors(k: [5], temperatures: [0.1, 0.2]).evaluate(leavingOneOut: split).json())
    #expect(several["temperature"] == nil)
    #expect((several["results"] as? [[String: Any]])?.map { $0["temperature"] as? Double } == [0.1, 0.2])

    let probe = try LinearProbe(lambdas: [0.1, 1]).fit(split)
    let fitted = try keys(probe.json(probe.score(split)))
    let fit = ["lambda", "lambdas", "train_loss", "objective", "gradient_norm", "iterations", "converged", "seconds"]
    #expect(Set(fitted.keys) == Set(report + fit))
    let objective = try #require(fitted["objective"] as? Double)
    #expect(abs(objective - probe.objective) < 1e-6 * probe.objective)
    #expect(fitted["converged"] as? Bool == probe.converged)
    let lambdas = try #require(fitted["lambdas"] as? [[String: Any]])
    #expect(lambdas.map { $0["lambda"] as? Double } == [0.1, 1])
    #expect(
      Set(lambdas[0].keys) == [
        "lambda", "validation_top1", "validation_balanced_accuracy", "objective", "gradient_norm", "iterations",
        "ending",
      ])
    #expect(probe.csv.hasPrefix("lambda,validation_top1,chosen\n0.1,"))
  }

  @Test func badClassesAreRefused() {
    #expect(
      message { _ = try ClassificationReport(classes: [0, -1], predictions: [0, 1]) }
        .hasPrefix("class -1: is negative"))
    #expect(message { _ = try ClassificationReport(classes: [], predictions: []) }.contains("are 0"))
  }

  /// Spreadsheets would compute what begins so; numbers stay numbers.
  @Test func fieldsAreNoFormulas() {
    for (field, written) in [
      ("=1+1", "'=1+1"), ("@sum", "'@sum"), ("-x", "'-x"), ("+cmd", "'+cmd"), ("-1.5e-3", "-1.5e-3"), ("+4", "+4"),
      ("cat", "cat"), ("=a,b", "\"'=a,b\""), ("a\u{1b}b\nc", #"a\u001bb\u000ac"#), ("", ""),
      // Some spreadsheets take semicolons for commas, pass over blanks, and know wide signs.
      ("x;=1+1", "\"x;=1+1\""), (" =2", "' =2"), ("\u{FF1D}3", "'\u{FF1D}3"), (" cat", " cat"),
    ] { #expect(csvField(field) == written) }
  }

  /// A name before a setting is a part of its field, and no way around that.
  @Test func joinedTablesHaveNoFormulasEither() {
    let table = "\(ResultTable.header)\nk=5,top1,,,1\n\"k=5, \"\"T\"\"\",top1,,,1\n,seed,,,0\n"
    let lines = ResultTable.joining([("=cmd|A", table), ("b,c", table)]).split(separator: "\n").dropFirst()
    #expect(
      Array(lines) == [
        "'=cmd|A k=5,top1,,,1", "\"'=cmd|A k=5, \"\"T\"\"\",top1,,,1", "'=cmd|A,seed,,,0",
        "\"b,c k=5\",top1,,,1", "\"b,c k=5, \"\"T\"\"\",top1,,,1", "\"b,c\",seed,,,0",
      ])
  }
}
