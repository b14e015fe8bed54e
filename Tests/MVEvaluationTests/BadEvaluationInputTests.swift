import MVCore
import MVStore
import Testing

@testable import MVEvaluation

/// What each method does with input that is not what it should be.
@Suite struct BadEvaluationInputTests {
  private static let count = 60
  private let values: [Float]
  private let labels: [Int64]

  init() {
    let (values, _) = Rows.clusters(Self.count, columns: 4, classes: 3, seed: 6)
    self.values = values
    labels = (0..<Self.count).map { Int64($0 % 3) }
  }

  enum Method: CaseIterable { case neighbors, probe, protocols }

  /// Top-1, or the error, of a method.
  private func top1(_ method: Method, _ train: LabeledFeatures, _ test: LabeledFeatures) throws -> Double {
    switch method {
    case .neighbors: try NearestNeighbors(k: [5]).evaluate(train: train, test: test).results[0].top1
    case .probe: try LinearProbe(lambdas: [1e-3, 1e-2]).fit(train).score(test).top1
    case .protocols: try ProtocolProbe(.vicreg, learningRates: [0.02, 0.2]).fit(train).probe.score(test).top1
    }
  }
  private func split(
    _ values: [Float]? = nil, _ labels: [Int64]? = nil, columns: Int = 4, name: String = "train"
  ) throws -> LabeledFeatures {
    try Rows.split(values ?? self.values, columns: columns, labels: labels ?? self.labels, name: name)
  }

  @Test func oneClassOnly() throws {
    let one = try split(nil, labels.map { _ in 1 })
    #expect(message { _ = try top1(.probe, one, one) }.contains("all of class 1"))
    #expect(message { _ = try top1(.protocols, one, one) }.contains("all of class 1"))
    var named = one
    named.classNames = ["cat", "dog"]
    #expect(message { _ = try top1(.probe, try named.labeled(), named) }.contains("all of class dog"))
    // Neighbors can but vote for it.
    #expect(try top1(.neighbors, one, one) == 1)
  }

  @Test(arguments: Method.allCases) func unlabeled(_ method: Method) throws {
    let none = try split(nil, labels.map { _ in -1 })
    #expect(message { _ = try top1(method, none, split()) }.contains("all missing"))
    #expect(message { _ = try top1(method, split(), none) }.contains("all missing"))
  }

  @Test func classMissingFromTestOrTrain() throws {
    let rows = (0..<Self.count).filter { labels[$0] != 2 }
    let part = try Rows.split(values, columns: 4, labels: labels, rows: rows, name: "part")
    let report = try LinearProbe(lambdas: [0.01]).fit(split()).score(part).report()
    #expect(report.classCount == 3 && report.counts[2] == 0 && report.classAccuracies[2] == nil)
    #expect(abs(report.balancedAccuracy - (report.classAccuracies[0]! + report.classAccuracies[1]!) / 2) < 1e-12)
    // A class that only test has counts as wrong.
    let scores = try LinearProbe(lambdas: [0.01]).fit(part).score(split(name: "test"))
    #expect(try scores.report().classAccuracies[2] == 0)
    let trained = try ProtocolProbe(.vicreg, learningRates: [0.02, 0.2]).fit(part, selectingOn: split(name: "test"))
    #expect(try trained.probe.score(split()).report().classAccuracies[2] == 0)
    let neighbors = try NearestNeighbors(k: [5]).evaluate(train: part, test: split())
    #expect(neighbors.classCount == 3)
    #expect(try neighbors.report(of: neighbors.results[0]).classAccuracies[2] == 0)
  }

  @Test(arguments: Method.allCases) func valuesNotFinite(_ method: Method) throws {
    for value in [Float.nan, .infinity] {
      var broken = values
      broken[4 * 17 + 2] = value
      let expected = "row 17 of representation random in"
      #expect(message { _ = try top1(method, split(broken), split()) }.hasPrefix(expected))
      #expect(message { _ = try top1(method, split(), split(broken)) }.hasPrefix(expected))
    }
  }

  @Test(arguments: Method.allCases) func constantColumns(_ method: Method) throws {
    let constant = values.indices.map { (index: Int) -> Float in index % 4 == 1 ? 3 : values[index] }
    let accuracy = try top1(method, split(constant), split(constant))
    #expect((0...1).contains(accuracy))
    // All columns constant: nothing to learn, and no error; rows are all alike.
    let flat = try split(values.map { _ in 2 })
    #expect(abs(try top1(method, flat, flat) - 1.0 / 3) < 1e-12)
  }

  @Test func fewerRowsThanK() throws {
    #expect(
      message { _ = try NearestNeighbors(k: [61]).evaluate(train: split(), test: split()) }
        .hasPrefix("k 61: exceeds the 60 rows"))
    #expect(
      message { _ = try NearestNeighbors(k: [60]).evaluate(leavingOneOut: split()) }.hasPrefix(
        "k 60: exceeds the 59 rows"))
  }

  @Test(arguments: Method.allCases) func labelsOutOfRange(_ method: Method) throws {
    for wrong: Int64 in [-2, .min] {
      var labels = labels
      labels[9] = wrong
      let broken = try split(nil, labels)
      #expect(message { _ = try top1(method, broken, split()) }.hasPrefix("row 9 of train: has the label \(wrong)"))
      #expect(message { _ = try top1(method, split(), broken) }.hasPrefix("row 9 of train: has the label \(wrong)"))
    }
  }

  @Test(arguments: Method.allCases) func widthsDiffer(_ method: Method) throws {
    let wide = try split(values + values, nil, columns: 8, name: "test")
    let text = message { _ = try top1(method, split(), wide) }
    #expect(text.contains("4") && text.contains("8") && text.contains("column"))
  }

  @Test func classNamesThatAreNotThere() throws {
    let report = try LinearProbe(lambdas: [0.01]).fit(split()).score(split()).report()
    // Classes without a name go by number, names without a class are passed over.
    #expect(report.csv(names: ["cat"]).contains("\n1,20,"))
    #expect(!report.csv(names: ["a", "b", "c", "d"]).contains("d"))
  }

  @Test func balancedWeightsChooseByBalancedAccuracy() throws {
    let (values, labels) = Rows.clusters(900, columns: 5, classes: 2, seed: 8, spread: 1.5)
    // One class is nine times as frequent.
    let rows = labels.indices.filter { labels[$0] == 0 || $0 % 9 == 0 }
    let split = try Rows.split(values, columns: 5, labels: labels, rows: rows)
    for validation in [LinearProbe.Validation.fraction(0.2), .folds(4)] {
      for weights in LinearProbe.ClassWeights.allCases {
        let probe = try LinearProbe(
          lambdas: .logarithmic(1e-4...100, count: 9), validation: validation, classWeights: weights
        ).fit(split)
        let scores = probe.candidates.map {
          (weights == .balanced ? $0.validationBalancedAccuracy : $0.validationTop1) ?? -1
        }
        let best = scores.indices.last { scores[$0] == scores.max() }!
        #expect(probe.lambda == probe.candidates[best].lambda)
        #expect(probe.candidates.contains { $0.validationTop1 != $0.validationBalancedAccuracy })
      }
    }
  }

  @Test func tablesHoldEveryNumber() throws {
    let scores = try NearestNeighbors(k: [3, 5], temperatures: [0.07, 0.5]).evaluate(train: split(), test: split())
    let table = try ResultTable.csv(scores, names: ["a,b"])
    #expect(table.hasPrefix("setting,measure,class,prediction,value\nk=3 T=0.07,top1,,,"))
    let lines = table.split(separator: "\n").map(String.init)
    #expect(Set(lines.dropFirst().map { $0.prefix { $0 != "," } }).count == 4)
    #expect(
      lines.count { $0.contains(",balanced_accuracy,") } == 4 && lines.count { $0.contains(",interval_low,") } == 4)
    #expect(lines.contains("k=5 T=0.5,class_rows,\"a,b\",,20"))
    let confusion = lines.filter { $0.hasPrefix("k=3 T=0.07,confusion") }.compactMap {
      Int($0.split(separator: ",").last!)
    }
    #expect(confusion.reduce(0, +) == Self.count)
    let probe = try LinearProbe(lambdas: [0.01, 0.1]).fit(split())
    let fitted = try ResultTable.csv(probe, probe.score(split()))
    #expect(fitted.contains("lambda=0.01,validation_top1,,,") && fitted.contains("lambda=\(probe.lambda),top1,,,"))
    #expect(fitted.contains("lambda=\(probe.lambda),objective,,,\(probe.objective)\n"))
    let trained = try ProtocolProbe(.vicreg, learningRates: [0.02, 0.2]).fit(split())
    let rates = try ResultTable.csv(trained, trained.probe.score(split()))
    #expect(rates.contains("rate=0.02,selection_top1,,,") && rates.contains("epoch=100,train_loss,,,"))
  }
}
