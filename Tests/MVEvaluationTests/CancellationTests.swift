import MVCore
import MVEvaluation
import MVStore
import Synchronization
import Testing

/// Every long evaluation ends where it is asked to, and says so.
struct EvaluationCancellationTests {
  enum Work: CaseIterable { case neighbors, search, probe, scores, multiLabel, protocols, layout, map, components }

  private func split(rows: Int = 400) throws -> LabeledFeatures {
    var generator = SeededGenerator(seed: 8)
    let labels = (0..<rows).map { Int64($0 % 4) }
    let values = labels.flatMap { label in (0..<12).map { _ in Float(generator.normal() + Double(label)) } }
    return try Rows.split(values, columns: 12, labels: labels)
  }

  private func run(
    _ work: Work, _ cancellation: Cancellation, progress: @escaping @Sendable (RunProgress) -> Void
  ) throws(MVError) {
    let split: LabeledFeatures
    do { split = try self.split() } catch { throw MVError(error, subject: "split") }
    switch work {
    case .neighbors:
      _ = try NearestNeighbors(k: [5]).evaluate(
        leavingOneOut: split, cancellation: cancellation, progress: progress)
    case .search:
      _ = try NearestNeighbors(k: [5]).search(
        train: split, queries: split, cancellation: cancellation, progress: progress)
    case .probe:
      _ = try LinearProbe(lambdas: [0.01, 0.1, 1]).fit(split, cancellation: cancellation, progress: progress)
    case .scores:
      let probe = try LinearProbe(lambdas: [0.1]).fit(split)
      _ = try probe.score(split, cancellation: cancellation, progress: progress)
    case .multiLabel:
      let labels = (0..<400).flatMap { row in (0..<3).map { UInt8(($0 + row) % 2) } }
      let many = try LabeledFeatures(split.representations, labels: .multi(labels, classes: 3))
      _ = try MultiLabelProbe(lambdas: [0.1, 1]).fit(many, cancellation: cancellation, progress: progress)
    case .protocols:
      _ = try ProtocolProbe(.vicreg, learningRates: [0.02, 0.2]).fit(
        split, cancellation: cancellation, progress: progress)
    case .layout:
      _ = try TSNE().layout(
        of: Matrix(rows: 400, columns: 1, values: (0..<400).map { Float($0) }),
        cancellation: cancellation, progress: progress)
    case .map: _ = try FeatureMap(of: split, cancellation: cancellation, progress: progress)
    case .components:
      _ = try PrincipalComponents(
        of: Matrix(rows: 400, columns: 1, values: (0..<400).map { Float($0) }), cancellation: cancellation)
    }
  }

  @Test(arguments: Work.allCases) func whatIsCancelledBeforeItBeginsDoesNothing(_ work: Work) {
    let cancellation = Cancellation()
    cancellation.cancel()
    let told = Atomic<Int>(0)
    let error = #expect(throws: MVError.self) {
      try run(work, cancellation) { _ in told.add(1, ordering: .relaxed) }
    }
    #expect(error?.kind == .interrupted)
    #expect(error?.problem == "was stopped")
    #expect(told.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: [Work.probe, .multiLabel, .protocols, .layout, .map])
  func whatIsCancelledOnItsWayEndsThere(_ work: Work) {
    let cancellation = Cancellation()
    let last = Mutex<RunProgress?>(nil)
    let error = #expect(throws: MVError.self) {
      try run(work, cancellation) { progress in
        last.withLock { $0 = progress }
        cancellation.cancel()
      }
    }
    #expect(error?.kind == .interrupted)
    let told = last.withLock { $0 }
    #expect((told?.done ?? 0) > 0)
    #expect((told?.done ?? 0) < (told?.total ?? 0))
  }
}
