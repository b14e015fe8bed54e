import Foundation
import MVCore
import MVImaging
import MVNetworks
import MVStore
import RankTestSupport
import TestSupport
import Testing

@testable import MVTraining

/// Several ranks train as one process does at the same batch.
@Suite(.serialized) struct RankTrainingTests {
  /// What a run has come to: the loss of each step, and every tensor of the encoder.
  struct Outcome: Sendable {
    var losses: [Double] = []
    var terms: [[Double]] = []
    var state: [String: [Float]] = [:]
  }

  static func settings(_ change: (inout TrainingSettings) -> Void = { _ in }) -> TrainingSettings {
    var settings = TrainerTests.settings()
    // Adam would make steps of full length of gradients that are nothing but rounding.
    settings.optimizer = .sgd
    settings.lr = 0.02
    settings.scheduler = .constant
    settings.validateEvery = 0
    change(&settings)
    return settings
  }

  static func data() throws(MVError) -> TrainingData {
    let rows = FeatureMatrix(DistanceCorrelationTests.rows(18, 30, seed: 78), name: "hog")
    return try TrainingData(
      images: TrainerTests.images, labels: (0..<18).map { $0 == 4 ? -1 : $0 % 3 },
      targets: [.stored("hog", rows), .pixels, .augmented])
  }

  /// Runs to the end, or until some step of this rank's asks for a stop.
  static func run(
    _ settings: TrainingSettings, in folder: URL, _ group: ProcessGroup? = nil, resuming: Bool = false,
    stopAfter: Int? = nil
  ) throws(MVError) -> Outcome {
    let trainer = try Trainer(settings, data: data(), folder: folder, resuming: resuming, group: group)
    var outcome = Outcome()
    let cancellation = Cancellation()
    do throws(MVError) {
      try trainer.run(cancellation: cancellation) {
        outcome.losses.append($0.loss.total)
        outcome.terms.append($0.loss.values)
        if $0.step == stopAfter { cancellation.cancel() }
      }
    } catch { guard error.kind == .interrupted, error.problem.hasPrefix("was stopped") else { throw error } }
    for item in trainer.encoder.state { outcome.state[item.name] = try item.tensor.values() }
    return outcome
  }

  static func expectAlike(_ a: Outcome, _ b: Outcome, at location: SourceLocation = #_sourceLocation) {
    #expect(a.losses.count == b.losses.count && !a.losses.isEmpty, sourceLocation: location)
    for (one, other) in zip(a.losses, b.losses) {
      #expect(abs(one - other) <= 1e-4 * max(1, abs(one)), "loss \(one) and \(other)", sourceLocation: location)
    }
    for (name, values) in a.state {
      let others = b.state[name] ?? []
      let apart = zip(values, others).map { abs($0 - $1) / max(1, abs($0)) }.max() ?? 1
      #expect(values.count == others.count && apart <= 1e-4, "\(name) differs by \(apart)", sourceLocation: location)
    }
  }

  enum Variant: CaseIterable, Sendable {
    case published, unbiased, wide, released, simclr, vicreg, barlow, crops, accumulated, plainLayout, normalized

    func apply(to settings: inout TrainingSettings) {
      switch self {
      case .published: break
      case .unbiased: (settings.estimator, settings.lr) = (.unbiased, 0.001)
      // Maps in blocks: oneDNN takes another algorithm for parts of a batch, whose rounding larger steps would amplify.
      case .wide: (settings.widths, settings.lr) = ([16, 32, 16], 0.0002)
      case .released:
        settings.releasedAugment = true
        settings.releasedSign = true
        settings.onlineHead = true
        // What the released sign makes small has the slope of a root.
        settings.lr = 0.001
      case .simclr: settings.loss = .simclr
      case .vicreg: settings.loss = .vicreg
      case .barlow: settings.loss = .barlow
      case .crops: (settings.localCrops, settings.averaging, settings.clip) = (2, 0.9, 1)
      case .accumulated: settings.accumulate = 2
      case .plainLayout: settings.channelsLast = false
      case .normalized:
        settings.loss = .simclr
        settings.normalizeZ = true
      }
      if [.simclr, .vicreg, .normalized].contains(self) { settings.lr = 0.002 }
      if self == .barlow { settings.lr = 0.0002 }
    }
  }

  @Test(arguments: Variant.allCases) func twoRanksTrainAsOneProcess(_ variant: Variant) throws {
    try ranksTrainAsOneProcess(2, variant)
  }

  @Test(arguments: [Variant.published, .wide]) func fourRanksTrainAsOneProcess(_ variant: Variant) throws {
    try ranksTrainAsOneProcess(4, variant)
  }

  private func ranksTrainAsOneProcess(_ count: Int, _ variant: Variant) throws {
    let folder = try TemporaryFolder()
    let (one, several) = (folder.url.appending(path: "one"), folder.url.appending(path: "several"))
    var settings = Self.settings()
    variant.apply(to: &settings)
    let alone = try Self.run(settings, in: one)
    #expect(alone.losses.count == (variant == .accumulated ? 3 : 6))
    let ranks = try RankThreads.values(count) { [settings] (group) throws(MVError) in
      try Self.run(settings, in: several, group)
    }
    for rank in ranks {
      Self.expectAlike(alone, rank)
      #expect(rank.losses == ranks[0].losses && rank.state == ranks[0].state)
    }
    // Rank 0's checkpoint is that of the run, with the log beside it.
    let checkpoint = try Checkpoint(contentsOf: Trainer.checkpoint(in: several))
    #expect(checkpoint.place == (try Checkpoint(contentsOf: Trainer.checkpoint(in: one))).place)
    let log = try String(contentsOf: several.appending(path: "losses.csv"), encoding: .utf8)
    #expect(log.split(separator: "\n").count == 4)
  }

  /// With rates of 0 the weights stay, and steps of half the batch show what each rank's half gives.
  @Test func aLocalLossIsTheMeanOverTheParts() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings { ($0.lr, $0.minLR, $0.batchSize) = (0, 0, 4) }
    let parts = try Self.run(settings, in: folder.url.appending(path: "parts")).terms
    settings.batchSize = 8
    settings.dependenceScope = .local
    settings.synchronizesNormalization = false
    let ranks = try RankThreads.values(2) { [settings] (group) throws(MVError) in
      try Self.run(settings, in: folder.url.appending(path: "ranks"), group)
    }
    for rank in ranks {
      for step in 0..<2 {
        for (term, value) in rank.terms[step].enumerated() {
          let mean = (parts[2 * step][term] + parts[2 * step + 1][term]) / 2
          #expect(abs(value - mean) <= 1e-5 * max(1, abs(mean)), "step \(step), term \(term)")
        }
      }
    }
    settings.dependenceScope = .global
    let whole = try RankThreads.values(2) { [settings] (group) throws(MVError) in
      try Self.run(settings, in: folder.url.appending(path: "whole"), group)
    }
    #expect(abs(whole[0].losses[0] - ranks[0].losses[0]) > 1e-3)
  }

  /// The gradient of a local loss is the mean, too: one step from the same weights, by halves and by ranks.
  @Test func aLocalStepIsTheMeanOfTheSteps() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings { ($0.batchSize, $0.accumulate, $0.epochs) = (4, 2, 1) }
    // Two batches whose gradients are averaged are what two ranks do with a local loss.
    let alone = try Self.run(settings, in: folder.url.appending(path: "alone"), stopAfter: 1)
    settings.batchSize = 8
    settings.accumulate = 1
    settings.dependenceScope = .local
    settings.synchronizesNormalization = false
    let ranks = try RankThreads.values(2) { [settings] (group) throws(MVError) in
      try Self.run(settings, in: folder.url.appending(path: "ranks"), group, stopAfter: 1)
    }
    #expect(ranks[0].state == ranks[1].state && ranks[0].losses.count == 1)
    for (name, values) in alone.state where !name.contains("running") {
      let others = try #require(ranks[0].state[name])
      #expect(zip(values, others).allSatisfy { abs($0 - $1) <= 1e-5 }, "\(name)")
    }
  }

  @Test func anyRankStopsAllAndAnyNumberGoesOn() throws {
    let folder = try TemporaryFolder()
    let settings = Self.settings {
      $0.averaging = 0.9
      $0.onlineHead = false
      $0.synchronizesNormalization = false
      $0.optimizer = .adam
      $0.lr = 1e-3
    }
    func url(_ name: String) -> URL { folder.url.appending(path: name) }
    func ranks(
      _ count: Int, _ name: String, resuming: Bool = false, stopAfter: Int? = nil, _ settings: TrainingSettings
    ) throws -> [Outcome] {
      let place = url(name)
      return try RankThreads.values(count) { (group) throws(MVError) in
        try Self.run(
          settings, in: place, group, resuming: resuming, stopAfter: group.ranks.rank == count - 1 ? stopAfter : nil)
      }
    }
    let whole = try ranks(2, "whole", settings)
    let part = try ranks(2, "part", stopAfter: 3, settings)
    #expect(part.map(\.losses.count) == [3, 3])
    let rest = try ranks(2, "part", resuming: true, settings)
    #expect(part[0].losses + rest[0].losses == whole[0].losses)
    func checkpoint(_ name: String) throws -> Data { try Data(contentsOf: Trainer.checkpoint(in: url(name))) }
    #expect(try checkpoint("part") == checkpoint("whole"))

    // With another number of ranks, and by one process: the loss is that of the whole batch.
    let synchronized = Self.settings()
    let alone = try Self.run(synchronized, in: url("alone"))
    let begun = try ranks(4, "changing", stopAfter: 2, synchronized)
    let further = try ranks(2, "changing", resuming: true, stopAfter: 4, synchronized)
    let end = try Self.run(synchronized, in: url("changing"), resuming: true)
    var joined = end
    joined.losses = begun[0].losses + further[0].losses + end.losses
    Self.expectAlike(alone, joined)
  }

  @Test func ranksThatDifferSayWhere() throws {
    let folder = try TemporaryFolder()
    let results = try RankThreads.results(3) { (group) throws(MVError) in
      try Self.run(
        Self.settings {
          $0.batchSize = 9
          $0.lr = group.ranks.rank == 1 ? 0.5 : 0.02
        }, in: folder.url, group)
    }
    for result in results {
      guard case .failure(let error) = try #require(result) else {
        Issue.record("a rank trains")
        continue
      }
      #expect(error.description.hasPrefix("rank 1 of 3: has setting lr 0.5 where rank 0 has 0.02; "), "\(error)")
    }
  }

  @Test func aBatchIsDealtOutInEqualParts() throws {
    let ranks = try Ranks(rank: 0, size: 3, host: "a", ports: [1])
    let uneven = #expect(throws: MVError.self) { try Self.settings().batchSize(of: ranks) }
    #expect(uneven?.description.contains("batch_size=8: cannot be dealt out to 3 ranks in equal parts; take") == true)
    let few = #expect(throws: MVError.self) { try Self.settings { $0.batchSize = 3 }.batchSize(of: ranks) }
    #expect(few?.description.contains("leaves 1 images for each of 3 ranks") == true)
    #expect(try Self.settings { $0.batchSize = 9 }.batchSize(of: ranks) == 3)
    #expect(try Self.settings().batchSize(of: nil) == 8)
  }
}
