import Foundation
import MVCore
import MVDatasets
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
    #expect(loss.names == ["mse", "std", "1-dcor_zz", "1-dcor_hog", "1-dcor_zz"])
    #expect(loss[.views] == 0.25 && loss[.representation("zz")] == 0.75 && loss[.representation("lbp")] == nil)
    #expect(loss.terms.map(\.partner) == [nil, nil, "views", "hog", "zz"])
    #expect(loss.firstNotFinite == nil)
    loss.values[3] = .infinity
    #expect(loss.firstNotFinite == "1-dcor_hog")
  }

  /// As the checkpoints of version 0.1.0 have them.
  @Test func termsAreReadByTheirNames() throws {
    let loss = Self.record(1).loss
    #expect(try JSONDecoder().decode(LossTerms.self, from: JSONEncoder().encode(loss)) == loss)
    let old = #"{"names":["mse","std","dc_zz","dc_hog"],"total":2,"values":[0.5,0.25,0.125,1]}"#
    let read = try JSONDecoder().decode(LossTerms.self, from: Data(old.utf8))
    #expect(read == LossTerms(terms: LossTerms.terms(of: ["hog"]), values: [0.5, 0.25, 0.125, 1], total: 2))
    // With the released code's sign the term is the distance correlation itself, and says so.
    let released = LossTerms(terms: LossTerms.terms(of: ["hog"], releasedSign: true), values: [1, 2, 3, 4], total: 9)
    #expect(released.names == ["mse", "std", "1-dcor_zz", "dcor_hog"])
    #expect(try JSONDecoder().decode(LossTerms.self, from: JSONEncoder().encode(released)) == released)
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
    #expect(
      other?.problem.hasPrefix("has other columns than this run: column 7 is 1-dcor_hog, this run's is 1-dcor_lbp")
        == true)
    // What stands behind the epochs that are kept is dropped unread.
    for end in ["4,28,1.2", "4;28;1.2", "mean of the above"] {
      try Data((String(decoding: whole, as: UTF8.self) + end).utf8).write(to: url)
      #expect(try EpochLog(at: url, terms: Self.terms, keepingEpochs: 3).records.map(\.epoch) == [1, 2, 3])
    }
    let cut = #expect(throws: MVError.self) { try EpochLog(at: url, terms: Self.terms, keepingEpochs: 4) }
    #expect(cut?.subject.hasSuffix("losses.csv:5") == true)
  }

  /// As editors and spreadsheets save it, and as version 0.1 named its columns.
  @Test func theLogIsReadAsOthersSaveIt() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "losses.csv")
    var log = try EpochLog(at: url, terms: Self.terms, keepingEpochs: 0)
    for epoch in 1...3 { try log.append(Self.record(epoch)) }
    let own = try String(contentsOf: url, encoding: .utf8)
    for text in [
      own.replacing("\n", with: "\r\n"), "\u{FEFF}" + own, own.replacing("\n", with: " \n"), own + "\n\n",
      own.replacing("1-dcor_", with: "dc_"),
    ] {
      try Data(text.utf8).write(to: url)
      var read = try EpochLog(at: url, terms: Self.terms, keepingEpochs: 2)
      #expect(read.records.map(\.epoch) == [1, 2])
      try read.append(Self.record(3))
      #expect(try String(contentsOf: url, encoding: .utf8) == own)
    }
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

    var request = try SourceRequest(parsing: "folder:photos")
    request.size = ImageSize(height: 32, width: 48)
    let origin = TrainingOrigin(source: request, split: "train", features: ["/data/deep/inside/features.h5"])
    let command = "mvmr train folder:photos --size 32x48 --features features.h5 --output run"
    try #require(
      RunPage(records, settings: TrainingSettings(), folder: folder.url, origin: origin, command: command)
    ).write()
    let told = try String(contentsOf: folder.url.appending(path: "report.html"), encoding: .utf8)
    for text in [
      "resnet18", "3x3 convolution and pooling", "512 features", "folder:photos", "32x48", "features.h5", command,
    ] {
      #expect(told.contains(text), "\(text)")
    }
    #expect(!told.contains("/data/deep/inside") && !told.contains(folder.url.path))
  }
}
