import Foundation
import MVCore
import MVFiles
import MVStore
import TestSupport
import Testing

@testable import MVEvaluation

@Suite struct LinearProbeTests {
  @Test func lossesAndPredictionsAreThoseOfScikitLearn() throws {
    let train = try Rows.fixture("probe", "x", "y")
    let test = try Rows.fixture("probe", "u", "v", name: "test")
    let losses = try Fixture.array("probe/losses").values(as: Double.self)
    let predictions = try Fixture.array("probe/predictions").values(as: Int64.self)
    let gaps = try Fixture.array("probe/gaps").values(as: Double.self)
    for index in 0..<3 {
      let probe = try LinearProbe(lambdas: [losses[3 * index]], gradientNorm: 1e-6).fit(train)
      #expect(probe.converged && probe.gradientNorm <= 1e-6)
      #expect(abs(probe.objective / losses[3 * index + 1] - 1) < 1e-6)
      #expect(abs(probe.trainLoss / losses[3 * index + 2] - 1) < 1e-5)
      #expect(probe.candidates.map(\.validationTop1) == [nil])
      let scores = try probe.score(test)
      for row in 0..<200 where gaps[200 * index + row] > 1e-4 {
        #expect(scores.predictions[row] == predictions[200 * index + row])
      }
      #expect((0..<5).allSatisfy { probe.weights[$0 * 20 + 7] == 0 })
    }
  }

  @Test func gradientIsTheSlopeOfTheLoss() throws {
    let (values, labels) = Rows.clusters(700, columns: 5, classes: 3, seed: 1)
    let split = try Rows.split(values, columns: 5, labels: labels)
    let data = try ProbeData(
      reader: RowReader(split, rows: Array(0..<700)), labels: labels.map { Int32($0) }, scaling: .standardized,
      threads: 2)
    let objective = ProbeObjective(data: data, classes: 3, ranges: [0..<200, 300..<700])
    var generator = SeededGenerator(seed: 2)
    let points = (0..<2).map { _ in (0..<18).map { _ in generator.normal() * 0.5 } }
    func losses(_ first: [Double], _ second: [Double], _ gradients: WorkBuffer<Double>) throws -> [Double] {
      try first.withUnsafeBufferPointer { first in
        try second.withUnsafeBufferPointer { second in
          try SerialBLAS.run {
            try objective.evaluate([first.baseAddress!, second.baseAddress!], gradients: gradients)
          }
        }
      }
    }
    let gradients = WorkBuffer<Double>(36, repeating: 0)
    let spare = WorkBuffer<Double>(36, repeating: 0)
    _ = try losses(points[0], points[1], gradients)
    for index in 0..<18 {
      var (up, down) = (points, points)
      for set in 0..<2 {
        up[set][index] += 1e-2
        down[set][index] -= 1e-2
      }
      let (high, low) = (try losses(up[0], up[1], spare), try losses(down[0], down[1], spare))
      for set in 0..<2 {
        #expect(abs((high[set] - low[set]) / 2e-2 - gradients.pointer[set * 18 + index]) < 3e-5)
      }
    }
  }

  @Test func standardisingMakesAffineColumnsAlike() throws {
    let (values, labels) = Rows.clusters(500, columns: 8, classes: 4, seed: 3)
    let stretched = values.indices.map { (index: Int) -> Float in
      values[index] * Float(pow(10, Double(index % 8) - 4)) + Float(index % 8)
    }
    let probe = LinearProbe(lambdas: .logarithmic(1e-3...1, count: 4), gradientNorm: 1e-6)
    let plain = try Rows.split(values, columns: 8, labels: labels)
    let other = try Rows.split(stretched, columns: 8, labels: labels)
    let (first, second) = (try probe.fit(plain), try probe.fit(other))
    #expect(first.lambda == second.lambda)
    #expect(abs(first.objective - second.objective) < 1e-5)
    #expect(try first.score(plain).predictions == second.score(other).predictions)
  }

  @Test func threadsAndStreamingChangeNothing() throws {
    let (values, labels) = Rows.clusters(3000, columns: 17, classes: 3, seed: 4)
    let split = try Rows.split(values, columns: 17, labels: labels)
    func fit(threads: Int, cacheBytes: Int) throws -> FittedProbe {
      let probe = LinearProbe(lambdas: [0.001, 0.1, 10], threads: threads)
      return try ProbeFit(settings: probe, train: split, cacheBytes: cacheBytes).fit()
    }
    let one = try fit(threads: 1, cacheBytes: 1 << 30)
    for other in [try fit(threads: 3, cacheBytes: 1 << 30), try fit(threads: 2, cacheBytes: 0)] {
      #expect(one.weights == other.weights && one.bias == other.bias)
      #expect(one.candidates == other.candidates && one.gradientNorm == other.gradientNorm)
    }
  }

  @Test func unstandardizedFitIsTheSameWithMeansTakenOff() throws {
    let (values, labels) = Rows.clusters(400, columns: 6, classes: 3, seed: 5)
    let probe = LinearProbe(lambdas: [0.01], standardize: false, gradientNorm: 1e-6)
    let first = try probe.fit(Rows.split(values, columns: 6, labels: labels))
    let second = try probe.fit(Rows.split(values.map { $0 + 4 }, columns: 6, labels: labels))
    #expect(abs(first.objective - second.objective) < 1e-6)
    // Scores written with intercepts, on a row of its own.
    var scores = first.intercepts
    for label in 0..<3 {
      for column in 0..<6 { scores[label] += Double(first.weights[label * 6 + column]) * Double(values[column]) }
    }
    let probabilities = try first.probabilities(Rows.split(values, columns: 6, labels: labels))
    let sum = scores.reduce(0) { $0 + exp($1) }
    for label in 0..<3 { #expect(abs(Double(probabilities[0, label]) - exp(scores[label]) / sum) < 1e-5) }
  }

  @Test func largerLambdaWinsTies() throws {
    // Far apart: every penalty classifies all held-out rows rightly.
    let values: [Float] = (0..<100).map { Float($0 % 2) * 10 + Float($0 % 7) * 0.01 }
    let split = try Rows.split(values, columns: 1, labels: (0..<100).map { $0 % 2 })
    for validation in [LinearProbe.Validation.fraction(0.1), .folds(5)] {
      let probe = try LinearProbe(lambdas: [1e-3, 1e-2, 1e-1], validation: validation).fit(split)
      #expect(probe.candidates.map(\.validationTop1) == [1, 1, 1])
      #expect(probe.lambda == 1e-1)
    }
  }

  @Test func heldOutRowsAreStratifiedAndSeeded() throws {
    let labels = [Int64](repeating: 0, count: 40) + [Int64](repeating: 1, count: 15) + [2, 2, 3]
    let part = try HoldOut(labels: labels, .fraction(0.1), seed: 1)
    func counts(_ fold: Int, in split: HoldOut) -> [Int] {
      (0..<4).map { label in labels.indices.count { labels[$0] == label && split.fold[$0] == fold } }
    }
    #expect(counts(0, in: part) == [4, 2, 1, 0])
    #expect(part.fold == (try HoldOut(labels: labels, .fraction(0.1), seed: 1)).fold)
    #expect(part.fold != (try HoldOut(labels: labels, .fraction(0.1), seed: 2)).fold)
    let folds = try HoldOut(labels: labels, .folds(4), seed: 1)
    for fold in 0..<4 {
      let found = counts(fold, in: folds)
      #expect(found[0] == 10 && (3...4).contains(found[1]) && found[2] <= 1 && found[3] == 0)
    }
    #expect(
      message { _ = try HoldOut(labels: [0, 1, 2], .fraction(0.1), seed: 0) }.contains(
        "leave no row to choose lambda on"))
  }

  @Test func aSavedProbeScoresTheSame() throws {
    let folder = try TemporaryFolder()
    let train = try Rows.fixture("probe", "x", "y")
    let test = try Rows.fixture("probe", "u", "v", name: "test")
    let probe = try LinearProbe(lambdas: [0.001, 0.01]).fit(train)
    let url = folder.url.appending(path: "probe.json")
    try probe.write(to: url)
    let read = try FittedProbe(contentsOf: url)
    #expect(read == probe)
    #expect(try read.score(test) == probe.score(test))
    let whole = try Data(contentsOf: url)
    let counts = String(decoding: whole, as: UTF8.self).replacing(#/"columns":\d+/#, with: "\"columns\":\(Int.max)")
    let twice = counts.replacing(#/"inputs":\[(.*?)\]/#) { "\"inputs\":[\($0.output.1),\($0.output.1)]" }
    try #require(twice != String(decoding: whole, as: UTF8.self))
    for text in [counts, twice] {
      try Data(text.utf8).write(to: url)
      #expect(message { _ = try FittedProbe(contentsOf: url) }.contains("sizes do not agree"))
    }
    try whole.prefix(whole.count / 2).write(to: url)
    #expect(message { _ = try FittedProbe(contentsOf: url) }.contains("is not a saved probe, or is cut off"))
    #expect(message { _ = try FittedProbe(contentsOf: folder.url.appending(path: "no")) }.contains("does not exist"))
    #expect(message { try probe.write(to: folder.url.appending(path: "no/probe")) }.contains("cannot be written"))
  }

  @Test func classesMayBeMissingOnEitherSide() throws {
    let (values, labels) = Rows.clusters(300, columns: 5, classes: 3, seed: 6)
    // Classes 0, 2 and 9 in train, a row in five unlabeled; test has 2 and the unknown 4.
    let names: [Int64] = [0, 2, 9]
    let train = try Rows.split(
      values, columns: 5, labels: labels.indices.map { $0 % 5 == 0 ? -1 : names[Int(labels[$0])] })
    let probe = try LinearProbe(lambdas: [0.01]).fit(train)
    #expect(probe.classes == [0, 2, 9] && probe.trainRows == 240)
    let test = try Rows.split(values, columns: 5, labels: labels.map { $0 == 1 ? 2 : ($0 == 2 ? 4 : -1) }, name: "test")
    let scores = try probe.score(test)
    #expect(scores.testRows.count == labels.count { $0 != 0 })
    #expect(scores.top5 == Double(labels.count { $0 == 1 }) / Double(scores.testRows.count))
    #expect(scores.labels == [0, 2, 4, 9])
    let report = try scores.report()
    #expect(report.classAccuracies[2] == 0 && report.classAccuracies[0] == nil)
  }

  @Test func badInputIsNamed() throws {
    let (values, labels) = Rows.clusters(60, columns: 4, classes: 2, seed: 7)
    let train = try Rows.split(values, columns: 4, labels: labels)
    func fit(_ probe: LinearProbe = LinearProbe(), _ split: LabeledFeatures) -> String {
      message { _ = try probe.fit(split) }
    }
    #expect(
      fit(LinearProbe(), try Rows.split(values, columns: 4, labels: labels.map { _ in 3 }))
        .hasPrefix("labels of train: are all of class 3"))
    #expect(fit(LinearProbe(lambdas: []), train).hasPrefix("lambda: is not given"))
    #expect(fit(LinearProbe(lambdas: [0, 1]), train).hasPrefix("lambda 0.0: is not above 0"))
    #expect(fit(LinearProbe(validation: .fraction(1)), train).hasPrefix("validation 1.0: is not between"))
    #expect(fit(LinearProbe(validation: .folds(1)), train).hasPrefix("folds 1: is less than 2"))
    #expect(fit(LinearProbe(gradientNorm: 0), train).contains("is not above 0"))
    let several = try LabeledFeatures(
      train.representations, labels: .multi([UInt8](repeating: 1, count: 120), classes: 2), name: "train")
    #expect(fit(LinearProbe(), several).contains("hold several classes a row"))
    var broken = values
    broken[4 * 31] = .infinity
    let infinite = try Rows.split(broken, columns: 4, labels: labels)
    #expect(fit(LinearProbe(), infinite).hasPrefix("row 31 of representation random in train: holds a value"))
    let probe = try LinearProbe(lambdas: [1]).fit(train)
    #expect(message { _ = try probe.score(infinite) }.hasPrefix("row 31 of representation random"))
    let narrow = try Rows.split(Array(values.prefix(180)), columns: 3, labels: labels, name: "test")
    #expect(message { _ = try probe.score(narrow) }.contains("the probe was fitted on random (4)"))
  }

  @Test func iterationsCanRunOut() throws {
    let train = try Rows.fixture("probe", "x", "y")
    let probe = try LinearProbe(lambdas: [1e-6], gradientNorm: 1e-9, maxIterations: 4).fit(train)
    #expect(!probe.converged && probe.iterations == 4 && probe.gradientNorm > 1e-9)
  }
}
