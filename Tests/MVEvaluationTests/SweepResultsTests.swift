import Foundation
import MVCore
import MVEvaluation
import TestSupport
import Testing

/// The table of a sweep: what stands in its folder, as mean and deviation over seeds.
struct SweepResultsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let scoring = SweepScoring(trainSplit: "train", testSplit: "test", heldOut: nil)

  private func write(_ run: String, knn: Double, probe: Double, log: String) throws {
    let place = folder.url.appending(path: run)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let scores = """
      {"scoring": {"trainSplit": "train", "testSplit": "test"}, "knn": \(knn), "probe": \(probe), "k": 20,
       "lambda": 0.01, "columns": 8, "trainRows": 90, "testRows": 30, "classes": 10}
      """
    try Data(scores.utf8).write(to: place.appending(path: "scores.json"))
    let head = "epoch,step,loss,mse,learning_rate,images_per_second,waiting_share,network_share,seconds,knn,probe"
    try Data("\(head)\n\(log)".utf8).write(to: place.appending(path: "losses.csv"))
  }

  private func prepare() throws -> SweepResults {
    try write(
      "a_seed-0", knn: 0.5, probe: 0.6,
      log: "1,2,3.0,1,0.1,9,0,0,10,,\n2,4,2.0,1,0.1,9,0,0,10,0.2,0.3\n3,6,1.0,1,0.1,9,0,0,10,0.4,0.5\n")
    try write(
      "a_seed-1", knn: 0.6, probe: 0.7,
      log: "1,2,3.0,1,0.1,9,0,0,20,,\n2,4,2.0,1,0.1,9,0,0,20,0.3,0.5\n3,6,2.0,1,0.1,9,0,0,20,0.6,0.7\n")
    try write(
      "a_seed-2", knn: 0.55, probe: 0.62, log: "1,2,3.0,1,0.1,9,0,0,30,,\n2,4,2.0,1,0.1,9,0,0,30,0.4,0.4\n")
    try write("b|_seed-0", knn: 0.9, probe: 0.1, log: "1,2,0.5,1,0.1,9,0,0,5,0.1,0.1\n")
    let record = SweepRecord(
      variants: [
        .init(
          name: "a", settings: ["lr": "0.1"],
          runs: [0, 1, 2].map { .init(seed: $0, folder: "a_seed-\($0)") }),
        .init(name: "b|", settings: ["lr": "0.2"], runs: [.init(seed: 0, folder: "b|_seed-0")]),
        .init(name: "c", settings: [:], runs: [.init(seed: 0, folder: "c_seed-0")]),
      ], moments: [.epochs(2), .seconds(45)], scoring: scoring, jobs: 2, command: "mvmr sweep")
    try record.write(in: folder.url)
    #expect(try SweepRecord(in: folder.url) == record)
    return try SweepResults(in: folder.url)
  }

  @Test func numbersAreMeanAndSampleDeviation() throws {
    let results = try prepare()
    let probe = try #require(results.variants[0].probe)
    // Of 0.60, 0.70, 0.62: the mean is 0.64, and the squares 0.0016, 0.0036 and 0.0004 over 2 are 0.0028.
    #expect(abs(probe.mean - 0.64) < 1e-12 && probe.count == 3)
    #expect(abs((probe.deviation ?? 0) - 0.0028.squareRoot()) < 1e-12)
    #expect(results.variants[1].probe?.deviation == nil)
    #expect(results.variants[2].probe == nil)
    #expect(results.variants[0].seconds?.mean == 50)
    #expect(SweepResults.Statistic([]) == nil)
    #expect(SweepResults.Statistic([3]) != nil)

    // The best mean of both first, and those without scores last.
    let table = results.table
    #expect(table.rows.map { $0[0] } == ["a", "b|", "c"])
    #expect(table.header.prefix(4) == ["variant", "runs", "k-NN (%)", "linear probe (%)"])
    #expect(table.rows[0][1...3] == ["3", "55.00 ± 5.00", "64.00 ± 5.29"])
    #expect(table.rows[1][1...3] == ["1", "90.00", "10.00"])
    #expect(table.rows[2] == ["c", "0"] + Array(repeating: "-", count: 8))
    #expect(results.markdown.contains("| a | 3 | 55.00 ± 5.00 | **64.00 ± 5.29** |"))
    #expect(results.markdown.contains("| b\\| | 1 | **90.00** | 10.00 |"))
    #expect(results.latex.contains("\\textbf{64.00 $\\pm$ 5.29}"))
    #expect(
      results.caption.contains("90 rows of train learnt from, 30 of test scored") && results.caption.contains("4 of 5"))
  }

  @Test func scoresAtAMomentAreTheLastLoggedUpToIt() throws {
    let results = try prepare()
    let table = results.table
    #expect(table.header[4...7] == ["k-NN at 2 epochs", "probe at 2 epochs", "k-NN at 45 s", "probe at 45 s"])
    #expect(table.rows[0][4] == "30.00 ± 10.00" && table.rows[0][5] == "40.00 ± 10.00")
    // After 45 s the first has ended its third epoch, the second its second, the third has no score yet.
    #expect(table.rows[0][6] == "35.00 ± 7.07" && table.rows[0][7] == "50.00 ± 0.00")
    let lines = results.csv.split(separator: "\n")
    #expect(lines.count == 4 && lines[0].contains("knn_at_2_mean") && lines[0].contains("probe_at_45s_deviation"))
    #expect(lines[3].hasPrefix("c,0,,,"))
    let counts = Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
    #expect(counts.count == 1)
  }

  @Test func runsThatAreScoredOtherwiseDoNotCount() throws {
    _ = try prepare()
    var record = try SweepRecord(in: folder.url)
    record.scoring = SweepScoring(trainSplit: "train", testSplit: nil, heldOut: 0.1)
    try record.write(in: folder.url)
    let results = try SweepResults(in: folder.url)
    #expect(results.variants.allSatisfy { $0.probe == nil } && results.variants[0].loss?.count == 3)
    #expect(results.caption.contains("0 of 5 runs are scored"))
  }

  /// A folder of somebody else may say anything.
  @Test func numbersThatCannotBeAreLeftOut() throws {
    _ = try prepare()
    let odd =
      "nan,2,3.0,1,0.1,9,0,0,10,,\n1e300,2,3,1,0.1,9,0,0,10,,\n2,4,inf,1,0.1,9,0,0,1,,\n3,6,1,1,0.1,9,0,0,-1,,\n"
    try write("a_seed-0", knn: -1e300, probe: 0.6, log: odd + "4,8,1.0,1,0.1,9,0,0,10,1e300,0.5\n")
    let results = try SweepResults(in: folder.url)
    let run = results.variants[0].runs[0]
    #expect(run.scores == nil && run.curve.points.map(\.epoch) == [4])
    #expect(run.curve.points[0].neighbors == nil && run.curve.points[0].probe == 0.5)
    #expect(!results.table.rows.isEmpty)
  }

  @Test(arguments: [
    ("20", SweepMoment.epochs(20)), ("600s", .seconds(600)), ("1.5min", .seconds(90)), ("2h", .seconds(7200)),
  ])
  func momentsAreReadAndWritten(_ text: String, _ moment: SweepMoment) throws {
    #expect(try SweepMoment(parsing: text) == moment)
    #expect(try SweepMoment(parsing: moment.description) == moment)
    #expect(try JSONDecoder().decode(SweepMoment.self, from: JSONEncoder().encode(moment)) == moment)
  }

  @Test(arguments: ["", "0", "-1", "s", "0s", "infs", "nans", "1.5", "2d", "1e300s", "1e9h"])
  func momentsThatAreNone(_ text: String) {
    #expect(failure { _ = try SweepMoment(parsing: text) }?.subject == "moment \(text)")
  }
}
