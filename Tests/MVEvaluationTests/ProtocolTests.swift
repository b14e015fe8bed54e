import Foundation
import MVCore
import MVFiles
import MVStore
import TestSupport
import Testing

@testable import MVEvaluation

@Suite struct ProtocolTests {
  @Test(arguments: SGDProtocol.all) func weightsAndLossesAreThoseOfPyTorch(_ published: SGDProtocol) throws {
    try compare(published, with: published.name)
  }

  /// One set of crops an epoch, in turn: the fourth epoch has the first again.
  @Test func headsOverStoredCropsAreThoseOfPyTorch() throws {
    try compare(.mvmr, with: "mv-mr-crops", crops: (1...3).map { "x_crop\($0)" })
  }

  private func compare(_ published: SGDProtocol, with golden: String, crops names: [String] = []) throws {
    var settings = published
    settings.batchSize = 64
    settings.epochs = 5
    let labels = try Fixture.array("sgd_protocols/y").values(as: Int64.self).map { Int32($0) }
    let order = try Fixture.array("sgd_protocols/order").values(as: Int32.self).map { Int($0) }
    let start = try Fixture.floats("sgd_protocols/\(golden)_start")
    let weights = try Fixture.floats("sgd_protocols/\(golden)_weights")
    let losses = try Fixture.array("sgd_protocols/\(golden)_losses").values(as: Double.self)
    func data(_ name: String) throws -> ProbeData {
      try ProbeData(
        reader: RowReader(Rows.fixture("sgd_protocols", name, "y"), rows: Array(0..<150)), labels: labels,
        scaling: settings.standardizes ? .standardized : .plain, threads: 2)
    }
    let rates = [1.0, 10].map { settings.scaled(settings.learningRate * $0) }
    let heads = HeadTraining(
      settings: settings, data: try data("x"), crops: try names.map(data), classes: 4, rates: rates, seed: 0)
    for output in 0..<8 {
      for column in 0..<12 { heads.weights.pointer[output * 12 + column] = start[output % 4 * 13 + column] }
      heads.biases.pointer[output] = start[output % 4 * 13 + 12]
    }
    try SerialBLAS.run {
      for epoch in 0..<5 {
        let found = try heads.runEpoch(epoch, order: Array(order[epoch * 150..<(epoch + 1) * 150]))
        for head in 0..<2 { #expect(abs(found[head] / losses[head * 5 + epoch] - 1) < 1e-5) }
      }
    }
    for head in 0..<2 {
      let expected = weights[head * 52..<(head + 1) * 52]
      let largest = expected.reduce(0) { max($0, abs($1)) }
      var found: [Float] = []
      for output in head * 4..<(head + 1) * 4 {
        found += Array(heads.weights.slice(output * 12..<(output + 1) * 12))
        found.append(heads.biases.pointer[output])
      }
      #expect(largestDifference(found, Array(expected)) < 1e-5 * largest)
      #expect(largestDifference(found, Array(start)) > 1e-4, "nothing was learnt")
    }
  }

  @Test(arguments: SGDProtocol.all) func startsAreThosePublished(_ settings: SGDProtocol) throws {
    let (values, labels) = Rows.clusters(20, columns: 400, classes: 4, seed: 1)
    let data = try ProbeData(
      reader: RowReader(Rows.split(values, columns: 400, labels: labels), rows: Array(0..<20)),
      labels: labels.map { Int32($0) }, scaling: .plain, threads: 1)
    let heads = HeadTraining(settings: settings, data: data, classes: 4, rates: [1, 2], seed: 5)
    let weights = heads.weights.array.prefix(1600).map { Double($0) }
    let deviation = (weights.reduce(0) { $0 + $1 * $1 } / 1600).squareRoot()
    let expected = [SGDProtocol.Start.zeros: 0, .normal: 0.01, .uniform: 0.05 / 3.0.squareRoot()][settings.start]!
    #expect(abs(deviation - expected) <= 0.06 * expected)
    #expect(heads.head(0).weights == heads.head(1).weights && heads.head(0).biases == heads.head(1).biases)
    #expect((heads.biases.array.contains { $0 != 0 }) == (settings.start == .uniform))
  }

  @Test func publishedFiguresAreThese() {
    #expect(SGDProtocol.dino.scaled(0.001) == 0.004)
    #expect(abs(SGDProtocol.simclr.scaled(0.1) - 1.6) < 1e-12)
    #expect(SGDProtocol.vicreg.scaled(0.02) == 0.02)
    let sweep = SGDProtocol.dino.sweep
    #expect(sweep.count == 11 && abs(sweep[4] / 0.001 - 1) < 1e-12 && abs(sweep[10] / 1 - 1) < 1e-12)
  }

  private func quick(_ settings: SGDProtocol) -> SGDProtocol {
    var quick = settings
    quick.epochs = 12
    quick.batchSize = 64
    return quick
  }

  @Test(arguments: SGDProtocol.all) func headsDoNotInfluenceOneAnother(_ settings: SGDProtocol) throws {
    let (values, labels) = Rows.clusters(300, columns: 70, classes: 3, seed: 2)
    let split = try Rows.split(values, columns: 70, labels: labels)
    let (more, others) = Rows.clusters(150, columns: 70, classes: 3, seed: 3)
    let test = try Rows.split(more, columns: 70, labels: others, name: "test")
    let rates = settings.sweep
    let swept = try ProtocolProbe(quick(settings), learningRates: rates, threads: 2).fit(split)
    #expect(swept.candidates.map(\.learningRate) == rates && swept.selection == .train)
    #expect(rates.contains(swept.learningRate))
    let best = swept.candidates.filter { !$0.diverged }.compactMap(\.selectionTop1).max()
    #expect(swept.candidates.first { $0.selectionTop1 == best }?.learningRate == swept.learningRate)
    // Trained again alone for as many epochs, on one thread: the same classifier.
    let alone = try ProtocolProbe(quick(settings), learningRates: rates, threads: 1).fit(split)
    #expect(alone.probe.weights == swept.probe.weights && alone.candidates == swept.candidates)
    let other = try ProtocolProbe(quick(settings), learningRates: rates, seed: 1).fit(split)
    #expect(other.probe.weights != swept.probe.weights)
    #expect(try swept.probe.score(test).top1 > 0.6)
  }

  @Test func testRowsChooseOnlyWhereGiven() throws {
    let (values, labels) = Rows.clusters(200, columns: 6, classes: 3, seed: 4, spread: 2)
    let split = try Rows.split(values, columns: 6, labels: labels)
    // Test labels that run against train's: accuracy on test falls with training, so choices on test differ.
    let against = try Rows.split(values, columns: 6, labels: labels.map { ($0 + 1) % 3 }, name: "test")
    let published = try ProtocolProbe(quick(.mvmr2022), learningRates: [1e-3, 1e-2, 1e-1]).fit(
      split, selectingOn: against)
    let honest = try ProtocolProbe(quick(.mvmr2022), learningRates: [1e-3, 1e-2, 1e-1]).fit(split)
    #expect(published.selection == .test && honest.selection == .train)
    #expect(try published.probe.score(against).top1 > honest.probe.score(against).top1)
    // What was chosen on test is the classifier that scored so there.
    let chosen = try #require(published.candidates.first { $0.learningRate == published.learningRate })
    #expect(try published.probe.score(against).top1 == chosen.selectionTop1)
    #expect(published.losses.count == published.epochs && published.probe.iterations == published.epochs)
    let single = try ProtocolProbe(quick(.dino)).fit(split)
    #expect(single.selection == .none && single.candidates[0].selectionTop1 == nil && single.epochs == 12)
  }

  @Test func divergingRatesAreNeverChosen() throws {
    let (values, labels) = Rows.clusters(200, columns: 6, classes: 3, seed: 5)
    let large = try Rows.split(values.map { $0 * 1e15 }, columns: 6, labels: labels)
    #expect(
      message { _ = try ProtocolProbe(quick(.simclr), learningRates: [1e25, 1e26]).fit(large) }
        .hasPrefix("protocol simclr: diverges at every learning rate"))
    let split = try Rows.split(values, columns: 6, labels: labels)
    #expect(
      message { _ = try ProtocolProbe(.dino, learningRates: [-1]).fit(split) }.hasPrefix(
        "learning rate -1.0: is not above 0"))
    #expect(
      message { _ = try ProtocolProbe(.dino).fit(Rows.split(values, columns: 6, labels: labels.map { _ in 2 })) }
        .contains("all of class 2"))
  }
}
