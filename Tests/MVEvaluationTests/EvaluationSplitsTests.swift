import MVCore
import MVEvaluation
import Testing

/// Which splits are learnt from and scored.
@Suite struct EvaluationSplitsTests {
  /// Splits by name; those in capitals have no labels.
  private func choose(_ names: [String], train: String? = nil, test: String? = nil) throws -> EvaluationSplits {
    try EvaluationSplits(
      of: names.map { name in
        .init(name.lowercased(), .single(name == name.lowercased() ? [-1, 3] : [-1, -1]))
      }, place: "data", train: train, test: test)
  }

  @Test func aLabeledSplitIsChosen() throws {
    let cases: [([String], String, String?, Int)] = [
      (["train", "val", "test"], "train", "test", 0), (["train", "val", "TEST"], "train", "val", 1),
      (["train", "TEST"], "train", nil, 1), (["train", "VAL", "TEST"], "train", nil, 1),
      (["TRAIN", "trainval", "test"], "trainval", "test", 1), (["all"], "all", nil, 0),
      (["train", "UNLABELED", "test"], "train", "test", 0), (["train", "validation"], "train", "validation", 0),
    ]
    for (names, train, test, notices) in cases {
      let splits = try choose(names)
      #expect(splits.train == train && splits.test == test && splits.notices.count == notices, "\(names)")
    }
    #expect(try choose(["train", "val", "TEST"]).notices == ["test has no labels: val is scored instead"])
  }

  @Test func namesAreTakenAsGiven() throws {
    let splits = try choose(["train", "val", "test"], train: "val", test: "train")
    #expect(splits.train == "val" && splits.test == "train" && splits.notices.isEmpty)
    #expect(try choose(["train", "test"], test: "train").test == nil)
    // The split to learn from is never scored by default.
    #expect(try choose(["train", "val", "test"], train: "test").test == "val")
  }

  @Test func whatCannotBeScoredIsRefusedAtOnce() throws {
    #expect(
      message { _ = try choose(["train", "val", "TEST"], test: "test") }.hasPrefix("test split test: has no labels"))
    #expect(message { _ = try choose(["train", "test"], test: "valid") }.contains("has no split valid; it has"))
    #expect(message { _ = try choose(["TRAIN", "TEST"]) }.contains("has no labels"))
    #expect(message { _ = try choose(["TRAIN", "test"]) }.contains("--train-split: test"))
    #expect(message { _ = try choose(["a", "b"]) }.contains("has no split train"))
  }

  @Test func severalColumnsAreLabelsToo() {
    #expect(EvaluationSplits.Candidate("a", .multi([255, 255, 0, 255], classes: 2)).hasLabels)
    #expect(!EvaluationSplits.Candidate("a", .multi([255, 255], classes: 2)).hasLabels)
  }

  @Test func classesThatTrainLacksAreSaid() throws {
    let (values, labels) = Rows.clusters(60, columns: 3, classes: 3, seed: 2)
    let all = try Rows.split(values, columns: 3, labels: labels, name: "test")
    let part = try Rows.split(
      values, columns: 3, labels: labels, rows: labels.indices.filter { labels[$0] != 1 })
    let missing = EvaluationPair.splits(train: part, test: all).notices(heldOut: true, names: ["a", "b", "c"])
    let count = labels.count { $0 == 1 }
    #expect(
      missing == ["1 class of test (b) is in no row of train: \(count) of 60 rows can but count as wrong"])
    #expect(EvaluationPair.splits(train: all, test: part).notices(heldOut: true).isEmpty)
    let one = try Rows.split(values, columns: 3, labels: labels.map { _ in 9 })
    #expect(
      EvaluationPair.splits(train: one, test: one).notices(heldOut: true).first?.contains("one class only, 9") == true)
    #expect(EvaluationPair.single(one).notices(heldOut: false).count == 2)
  }

  @Test func onlyLabeledRowsAreNeighbors() throws {
    let (values, labels) = Rows.clusters(40, columns: 3, classes: 2, seed: 2)
    let split = try Rows.split(
      values, columns: 3, labels: labels.enumerated().map { $0 % 4 == 0 ? $1 : -1 }, name: "train")
    let labeled = try split.labeled()
    #expect(labeled.rows == Array(stride(from: 0, to: 40, by: 4)))
    let found = try NearestNeighbors(k: [9]).search(leavingOneOut: labeled)
    #expect(found.queries == labeled.rows && found.rows.allSatisfy { $0 % 4 == 0 })
    // Twenty neighbors were asked for, and ten can vote.
    #expect(try StandardScores(train: split, test: split).neighbors.results[0].k == 10)
  }
}
