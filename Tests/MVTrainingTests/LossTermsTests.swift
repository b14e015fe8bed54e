import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVTraining

@Suite struct LossTermsTests {
  static let terms = LossTerms.terms(of: ["hog", "zz"])

  static func record(_ epoch: Int, validation: ValidationScores? = nil) -> EpochRecord {
    EpochRecord(
      epoch: epoch, step: 7 * epoch,
      loss: LossTerms(terms: terms, values: [0.5, 1.0 / 3, 0.25, 1e-9, 0.75], total: 1.25), learningRate: 1e-4,
      imagesPerSecond: 310.5, waitingShare: 0.01, networkShare: 0.9, seconds: 12, validation: validation)
  }

  @Test func termsAreFoundByWhatTheyMeasure() {
    var loss = Self.record(1).loss
    #expect(loss.names == ["mse", "std", "dc_zz", "dc_hog", "dc_zz"])
    #expect(loss[.views] == 0.25 && loss[.representation("zz")] == 0.75 && loss[.representation("lbp")] == nil)
    #expect(loss.terms.map(\.partner) == [nil, nil, "views", "hog", "zz"])
    #expect(loss.firstNotFinite == nil)
    loss.values[3] = .infinity
    #expect(loss.firstNotFinite == "dc_hog")
  }

  /// As the checkpoints of version 0.1.0 have them.
  @Test func termsAreReadByTheirNames() throws {
    let loss = Self.record(1).loss
    #expect(try JSONDecoder().decode(LossTerms.self, from: JSONEncoder().encode(loss)) == loss)
    let old = #"{"names":["mse","std","dc_zz","dc_hog"],"total":2,"values":[0.5,0.25,0.125,1]}"#
    let read = try JSONDecoder().decode(LossTerms.self, from: Data(old.utf8))
    #expect(read == LossTerms(terms: LossTerms.terms(of: ["hog"]), values: [0.5, 0.25, 0.125, 1], total: 2))
    for text in [
      old.replacing("dc_hog", with: "hog"), old.replacing("[0.5,", with: "["), old.replacing("mse", with: "std"),
    ] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(LossTerms.self, from: Data(text.utf8)) }
    }
  }

  @Test func theLogGivesBackTheEpochsThatWereKept() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "losses.csv")
    var log = try EpochLog(at: url, terms: Self.terms, keepingEpochs: 0)
    let records = [
      Self.record(1), Self.record(2, validation: ValidationScores(neighbors: 0.5, probe: 0.25)), Self.record(3),
    ]
    for record in records { try log.append(record) }
    let whole = try Data(contentsOf: url)
    var read = try EpochLog(at: url, terms: Self.terms, keepingEpochs: 2)
    #expect(read.records.map(\.epoch) == [1, 2] && read.records[1].validation == records[1].validation)
    #expect(abs((read.records[0].loss[.deviation] ?? 0) - 1.0 / 3) < 1e-7)
    try read.append(records[2])
    #expect(try Data(contentsOf: url) == whole)
    #expect(try EpochLog(at: url, terms: Self.terms, keepingEpochs: 0).records.isEmpty)

    let other = #expect(throws: MVError.self) {
      try EpochLog(at: url, terms: LossTerms.terms(of: ["lbp"]), keepingEpochs: 2)
    }
    #expect(other?.problem == "has other columns than this run")
    try Data((String(decoding: whole, as: UTF8.self) + "4,28,1.2").utf8).write(to: url)
    let cut = #expect(throws: MVError.self) { try EpochLog(at: url, terms: Self.terms, keepingEpochs: 2) }
    #expect(cut?.subject.hasSuffix("losses.csv:5") == true)
  }

  @Test func thePageShowsEveryCurve() throws {
    let folder = try TemporaryFolder()
    #expect(RunPage([], settings: TrainingSettings(), folder: folder.url) == nil)
    let records = [Self.record(1), Self.record(2, validation: ValidationScores(neighbors: 0.5, probe: 0.25))]
    try #require(RunPage(records, settings: TrainingSettings(), folder: folder.url)).write()
    let page = try String(contentsOf: folder.url.appending(path: "report.html"), encoding: .utf8)
    for name in ["views", "hog", "mse", "std", "k-NN", "linear probe", "learning rate", "2048-2048-2048"] {
      #expect(page.contains(name), "\(name)")
    }
    #expect(RunPage.correlations(of: records).count == 3)
  }
}
