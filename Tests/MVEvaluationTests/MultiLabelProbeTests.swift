import Foundation
import MVCore
import MVFiles
import MVStore
import TestSupport
import Testing

@testable import MVEvaluation

@Suite struct MultiLabelProbeTests {
  /// The arrays `x` and `labels` of the fixture as a multi-label split.
  private func split(_ x: String, _ labels: String, name: String) throws -> LabeledFeatures {
    let array = try Fixture.array("multilabel/\(x)")
    let matrix = Matrix(rows: array.shape[0], columns: array.shape[1], values: try array.values(as: Float.self))
    return try LabeledFeatures(
      [FeatureMatrix(matrix, name: "random")],
      labels: .multi(try Fixture.array("multilabel/\(labels)").values(as: UInt8.self), classes: 4), name: name)
  }

  @Test func averagePrecisionIsThatOfThePeers() throws {
    let scores = try Fixture.floats("multilabel/ranking_scores")
    let labels = try Fixture.array("multilabel/ranking_labels").values(as: UInt8.self)
    let expected = try Fixture.array("multilabel/ranking").values(as: Double.self)
    for row in 0..<6 {
      let part = row * 50..<(row + 1) * 50
      for (column, kind) in [AveragePrecision.envelope, .elevenPoint, .stepwise].enumerated() {
        let value = try #require(kind(Array(scores[part]), Array(labels[part])))
        #expect(abs(value - expected[row * 3 + column]) < 1e-12, "\(kind) of row \(row)")
      }
    }
  }

  @Test func averagePrecisionOfSmallRankings() {
    let scores: [Float] = [4, 3, 2, 1]
    #expect(AveragePrecision.envelope(scores, [1, 0, 1, 0]) == 0.5 + 0.5 * 2 / 3)
    #expect(AveragePrecision.envelope(scores, [0, 0, 0, 1]) == 0.25)
    #expect(AveragePrecision.envelope(scores, [255, 1, 255, 0]) == 1)
    #expect(AveragePrecision.envelope(scores, [0, 255, 0, 0]) == nil)
    #expect(AveragePrecision.stepwise([1, 1, 1, 1], [1, 0, 1, 0]) == 0.5, "ties are one point")
    let eleven = AveragePrecision.elevenPoint(scores, [1, 0, 1, 0])
    #expect(abs((eleven ?? 0) - (6 + 5 * 2.0 / 3) / 11) < 1e-15)
  }

  @Test func logisticClassifiersAreThoseOfScikitLearn() throws {
    let (train, test) = (try split("x", "y", name: "train"), try split("u", "v", name: "test"))
    let golden = try Fixture.array("multilabel/logistic").values(as: Double.self)
    for place in 0..<3 {
      let probe = try MultiLabelProbe(lambdas: [golden[5 * place]], gradientNorm: 1e-6).fit(train)
      let scores = try probe.score(test)
      for label in 0..<4 {
        let row = Array(golden[5 * (3 * label + place)..<5 * (3 * label + place + 1)])
        #expect(probe.classifiers[label].converged && probe.classifiers[label].validation == nil)
        #expect(abs(probe.classifiers[label].objective / row[1] - 1) < 1e-6)
        #expect(abs(try #require(scores.classes[label].envelope) - row[2]) < 1e-6)
        #expect(abs(try #require(scores.classes[label].elevenPoint) - row[3]) < 1e-6)
      }
    }
  }

  @Test func squaredHingeIsTheProtocolOfVISSL() throws {
    let (train, test) = (try split("x", "y", name: "train"), try split("u", "v", name: "test"))
    let golden = try Fixture.array("multilabel/svm").values(as: Double.self)
    let quality = try Fixture.array("multilabel/cv").values(as: Double.self)
    for place in 0..<3 {
      let cost = golden[5 * place]
      let probe = try MultiLabelProbe(loss: .squaredHinge, lambdas: [1 / cost], gradientNorm: 1e-6).fit(train)
      let scores = try probe.score(test)
      for label in 0..<4 {
        let row = Array(golden[5 * (3 * label + place)..<5 * (3 * label + place + 1)])
        #expect(abs(probe.classifiers[label].objective / row[1] - 1) < 1e-6)
        #expect(abs(try #require(scores.classes[label].envelope) - row[2]) < 1e-3)
      }
    }
    let probe = try MultiLabelProbe(loss: .squaredHinge, lambdas: [0.1, 1, 10], gradientNorm: 1e-6).fit(train)
    for label in 0..<4 {
      // The fixture's costs ascend, penalties descend.
      let expected = Array(quality[3 * label..<3 * label + 3].reversed())
      let found = try #require(probe.classifiers[label].validation)
      for place in 0..<3 { #expect(abs(found[place] - expected[place]) < 1e-3, "class \(label): \(found)") }
      #expect(probe.classifiers[label].lambda == [0.1, 1, 10][expected.indices.max { expected[$0] < expected[$1] }!])
    }
  }

  @Test func foldsAreThoseOfScikitLearn() throws {
    // From StratifiedKFold(3).split on [0 1 0 0 1 0 1 1 0 0], row 4 ignored here and left out there.
    let labels: [UInt8] = [0, 1, 0, 0, 255, 1, 0, 1, 1, 0, 0]
    let folds = try #require(BinaryProblem.stratifiedFolds(labels, count: 3))
    #expect(folds == [[0, 1, 2, 5], [3, 6, 7], [8, 9, 10]])
    #expect(BinaryProblem.stratifiedFolds([1, 0, 0, 0, 1], count: 3) == nil)
    #expect(BinaryProblem.stratifiedFolds([255, 255], count: 2) == nil)
  }

  @Test func ignoredRowsDoNotMatter() throws {
    let (values, labels) = Rows.clusters(300, columns: 6, classes: 2, seed: 8)
    func fit(_ junk: Float) throws -> FittedMultiLabelProbe {
      // Rows 250 and on are ignored; what stands in them must not change the classifier of raw columns but by the mean.
      var changed = values
      for index in 250 * 6..<300 * 6 { changed[index] = values[index] + junk }
      let matrix = FeatureMatrix(Matrix(rows: 300, columns: 6, values: changed), name: "random")
      let split = try LabeledFeatures(
        [matrix], labels: .multi(labels.indices.map { $0 >= 250 ? 255 : UInt8(labels[$0]) }, classes: 1))
      return try MultiLabelProbe(lambdas: [0.01], standardize: false, gradientNorm: 1e-6).fit(split)
    }
    let (left, right) = (try fit(0), try fit(3))
    #expect(largestDifference(left.weights, right.weights) < 1e-4)
  }

  @Test func manyColumnsAndStreamingGiveTheSame() throws {
    // More columns than rows: penalties are compared in the space of the rows.
    let (values, labels) = Rows.clusters(90, columns: 120, classes: 3, seed: 9)
    let matrix = FeatureMatrix(Matrix(rows: 90, columns: 120, values: values), name: "random")
    let split = try LabeledFeatures(
      [matrix], labels: .multi(labels.flatMap { label in (0..<3).map { UInt8($0 == Int(label) ? 1 : 0) } }, classes: 3))
    for loss in MultiLabelProbe.Loss.allCases {
      let settings = MultiLabelProbe(loss: loss, gradientNorm: 1e-6, threads: 2)
      let cached = try settings.fit(split)
      let streamed = try MultiLabelFit(settings: settings, train: split, classNames: [], cacheBytes: 0)
        .fit()
      for (left, right) in zip(cached.classifiers, streamed.classifiers) {
        #expect(left.lambda == right.lambda && abs(left.objective / right.objective - 1) < 1e-5)
        for (mine, other) in zip(left.validation ?? [], right.validation ?? []) { #expect(abs(mine - other) < 1e-2) }
      }
    }
  }

  @Test func aSavedProbeScoresTheSame() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "voc.probe")
    let test = try split("u", "v", name: "test")
    let probe = try MultiLabelProbe().fit(try split("x", "y", name: "train"), classNames: ["a", "b", "c", "d"])
    try probe.write(to: url)
    let read = try FittedMultiLabelProbe(contentsOf: url)
    #expect(read == probe)
    #expect(try read.score(test) == probe.score(test))
    #expect(message { _ = try FittedProbe(contentsOf: url) }.contains("is not a saved probe"))
    let json = try JSONSerialization.jsonObject(with: probe.json(try probe.score(test))) as? [String: Any]
    #expect((json?["ap"] as? [String: Double])?.keys.sorted() == ["a", "b", "c", "d"])
    #expect(try abs((json?["map"] as? Double ?? 0) - probe.score(test).map) < 1e-12)
    #expect(try probe.csv(probe.score(test)).split(separator: "\n").count == 5)
  }

  @Test func badInputAndClassesWithoutRows() throws {
    let train = try split("x", "y", name: "train")
    func multi(_ labels: [UInt8], classes: Int) throws -> LabeledFeatures {
      try LabeledFeatures(train.representations, labels: .multi(labels, classes: classes), name: "train")
    }
    let ones = [UInt8](repeating: 1, count: 240)
    #expect(
      message { _ = try MultiLabelProbe().fit(try multi(ones, classes: 1)) }.contains("no class that is in some rows"))
    var wrong = ones
    wrong[17] = 2
    #expect(
      message { _ = try MultiLabelProbe().fit(try multi(wrong, classes: 1)) }.contains("has the label 2 of class 0"))
    let single = try LabeledFeatures(train.representations, labels: .single(ones.map { Int64($0) }), name: "train")
    #expect(message { _ = try MultiLabelProbe().fit(single) }.contains("hold one class a row"))
    #expect(message { _ = try MultiLabelProbe(lambdas: []).fit(train) }.hasPrefix("lambda: is not given"))
    #expect(message { _ = try MultiLabelProbe(folds: 1).fit(train) }.hasPrefix("folds 1: is less than 2"))
    // Class 0 is in every row, class 1 in two only (no folds), class 2 in half.
    let labels: [UInt8] = (0..<240).flatMap { (row: Int) -> [UInt8] in [1, row < 2 ? 1 : 0, UInt8(row % 2)] }
    let probe = try MultiLabelProbe(lambdas: [1e-3, 1e-1]).fit(try multi(labels, classes: 3))
    #expect(probe.unfitted == ["0"] && probe.classifiers.map(\.label) == [1, 2])
    #expect(probe.classifiers[0].validation == nil && probe.classifiers[0].lambda == probe.classifiers[1].lambda)
    let scores = try probe.score(try multi(labels, classes: 3))
    #expect(scores.classes[0].envelope == nil && scores.classes[0].positives == 240 && scores.map > 0)
    #expect(message { _ = try probe.score(train) }.contains("the probe was fitted on 3"))
  }
}
