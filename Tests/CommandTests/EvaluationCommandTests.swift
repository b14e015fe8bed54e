import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

/// What `mvmr knn` and `mvmr probe` make of a file's labels and splits.
struct EvaluationCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// Rows about as many points as there are classes, and their labels, as arrays `name.npy` and `name-labels.npy`.
  private func write(_ name: String, _ labels: [Int64], columns: Int = 4) throws {
    var generator = SeededGenerator(seed: UInt64(labels.count))
    let order = Set(labels).sorted()
    let values = labels.flatMap { label in
      let place = order.firstIndex(of: label) ?? 0
      return (0..<columns).map { Float($0 == place % columns ? 3 : 0) + Float(generator.normal() * 0.3) }
    }
    try NumPyArray.write(
      values, shape: [labels.count, columns], element: .float32, to: folder.url.appending(path: "\(name).npy"))
    try NumPyArray.write(
      labels, shape: [labels.count], element: .int64, to: folder.url.appending(path: "\(name)-labels.npy"))
  }

  /// A feature file with one representation, `x`, and a split for each list of labels.
  private func convert(_ splits: [(name: String, labels: [Int64])], to file: String = "f.h5") throws -> String {
    var inputs: [String] = []
    for split in splits {
      try write(split.name, split.labels)
      inputs += [
        "\(split.name)/x=\(path("\(split.name).npy"))", "\(split.name)/labels=\(path("\(split.name)-labels.npy"))",
      ]
    }
    let run = try Tool.run(
      Tool.folder.appending(path: "mvmr"), ["convert"] + inputs + ["--output", path(file), "--overwrite"])
    try #require(run.status == 0, "\(run.errors)")
    return path(file)
  }

  @Test func labelsWithGapsAreScored() throws {
    let register: [Int64] = [1_440_764, 2_084_071, 2_147_483_647, 4_294_967_296]
    let labels = (0..<48).map { register[$0 % 4] }
    let file = try convert([("train", labels), ("test", Array(labels.prefix(16)))])
    let knn = try Tool.mvmr("knn", file, "--representation", "x", "--k", "1", "--report", path("page"))
    #expect(knn.status == 0 && knn.output.contains("4 classes"), "\(knn.errors)")
    #expect(try String(contentsOfFile: path("page/report.html"), encoding: .utf8).contains("2147483647"))
    let probe = try Tool.mvmr("probe", file, "--representation", "x", "--lambda", "0.01", "--json")
    #expect(probe.status == 0, "\(probe.errors)")
    let classes = try #require(try probe.json()["per_class"] as? [[String: Any]])
    #expect(classes.map { $0["class"] as? String } == register.map { "\($0)" })
  }

  @Test func anUnlabeledTestSplitIsPassedOver() throws {
    let labels = (0..<40).map { Int64($0 % 2) }
    let file = try convert([
      ("train", labels), ("val", Array(labels.prefix(10))), ("test", [Int64](repeating: -1, count: 6)),
    ])
    for command in [["knn", "--k", "1"], ["probe", "--lambda", "0.1"]] {
      let arguments = [command[0], file, "--representation", "x"] + command.dropFirst()
      let run = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments)
      #expect(
        run.status == 0 && run.errors.contains("note: test has no labels: val is scored instead"), "\(run.errors)")
      #expect(run.output.contains("10 test rows"))
      let refused = try Tool.run(
        Tool.folder.appending(path: "mvmr"), arguments + ["--test-split", "test", "--report", path("never")])
      #expect(refused.status == 64 && refused.errors.contains("test split test: has no labels"))
      #expect(!FileManager.default.fileExists(atPath: path("never")))
    }
  }

  @Test func defaultNeighborsAreThoseThatCanVote() throws {
    // Of 200 train rows 15 have a label.
    let train = (0..<200).map { $0 < 15 ? Int64($0 % 2) : -1 }
    let file = try convert([("train", train), ("test", [0, 1, 0, 1])])
    let run = try Tool.mvmr("knn", file, "--representation", "x", "--neighbors", path("n.npy"), "--json")
    try #require(run.status == 0, "\(run.errors)")
    let results = try #require(try run.json()["results"] as? [[String: Any]])
    #expect(results.map { $0["k"] as? Int } == [10])
    let array = try NumPyArray(contentsOf: folder.url.appending(path: "n.npy"))
    #expect(array.shape == [4, 10])
    #expect(try array.values(as: Int32.self).allSatisfy { $0 < 15 })
  }

  @Test func whatIsGivenTwiceIsRefused() throws {
    let labels = (0..<30).map { Int64($0 % 2) }
    let file = try convert([("train", labels), ("test", [0, 1])])
    for (words, subject) in [
      (["knn", "--k", "3,3"], "--k 3"), (["knn", "--k", "3", "--temperature", "0.07,7e-2"], "--temperature 0.07"),
      (["probe", "--lambda", "1e-2", "--lambda", "0.01"], "--lambda 0.01"),
      (["probe", "--protocol", "dino", "--learning-rate", "1,1"], "--learning-rate 1.0"),
      (["knn", "--representation", "x"], "--representation x"),
      (["compare", "--representation", "x"], "--representation x"),
    ] {
      let run = try Tool.run(
        Tool.folder.appending(path: "mvmr"), [words[0], file, "--representation", "x"] + words.dropFirst())
      #expect(run.status == 64 && run.errors.contains("\(subject): is given twice; give each once"), "\(run.errors)")
    }
  }

  @Test func rowsWithoutADirectionAreToldOnce() throws {
    let labels = (0..<30).map { Int64($0 % 2) }
    _ = try convert([("train", labels), ("test", [0, 1, 0, 1, 0])])
    for (name, rows, zero) in [("train", 30, [4, 9]), ("test", 5, [3])] {
      let url = folder.url.appending(path: "\(name).npy")
      var values = try NumPyArray(contentsOf: url).values(as: Float.self)
      for row in zero { for column in 0..<4 { values[row * 4 + column] = row == 9 ? 0 : 0x1p-126 } }
      try NumPyArray.write(values, shape: [rows, 4], element: .float32, to: url)
    }
    let inputs = ["train", "test"].flatMap {
      ["\($0)/x=\(path("\($0).npy"))", "\($0)/labels=\(path("\($0)-labels.npy"))"]
    }
    let made = try Tool.run(
      Tool.folder.appending(path: "mvmr"), ["convert"] + inputs + ["--output", path("f.h5"), "--overwrite"])
    try #require(made.status == 0, "\(made.errors)")
    let told =
      "f.h5: 3 rows are zero or nearly, with a norm under 1e-37: they have no nearest rows (2 of x in train, the first "
      + "row 4; row 3 of x in test)"
    for words in [["knn", "--representation", "x"], ["knn", "--each"], ["compare"]] {
      let run = try Tool.run(
        Tool.folder.appending(path: "mvmr"), [words[0], path("f.h5")] + words.dropFirst() + ["--k", "3"])
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count { $0.hasSuffix(told) } == 1, "\(run.errors)")
    }
    let plain = try Tool.run(
      Tool.folder.appending(path: "mvmr"),
      ["knn", path("f.h5"), "--representation", "x", "--k", "3", "--metric", "euclidean"])
    #expect(plain.status == 0 && !plain.errors.contains("norm under"), "\(plain.errors)")
  }

  @Test func whatCannotBeRightIsSaid() throws {
    let labels = (0..<30).map { Int64($0 % 2) }
    let file = try convert([("train", labels), ("test", [0, 1, 2, 2, 5])])
    for command in ["knn", "probe"] {
      let run = try Tool.mvmr(command, file, "--representation", "x")
      #expect(run.errors.contains("2 classes of test (2, 5) are in no row of train: 3 of 5 rows"), "\(run.errors)")
    }
    let one = try convert([("train", [3, 3, 3, 3]), ("test", [3])], to: "one.h5")
    let run = try Tool.mvmr("knn", one, "--representation", "x", "--k", "1")
    #expect(run.status == 0 && run.errors.contains("train has one class only, 3"), "\(run.errors)")
  }
}
