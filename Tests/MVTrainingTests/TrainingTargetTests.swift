import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVImaging
import MVRepresentations
import MVStore
import MVTraining
import TestSupport
import Testing

/// Rows of a feature file are trained with only where they are of the images that are trained on.
struct TrainingTargetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func url(_ name: String) -> URL { folder.url.appending(path: name) }

  private func extract(
    _ representations: String..., from source: any ImageSource, limit: Int? = nil, skipping: Bool = false,
    to name: String = "f.h5"
  ) throws -> FeatureFile {
    let made = try representations.map { text in
      let specification = try RepresentationSpecification(parsing: text)
      return NamedRepresentation(try specification.make(), as: specification.storedName)
    }
    var extraction = Extraction(of: made, from: source, to: url(name))
    extraction.jobs = 1
    extraction.limit = limit
    extraction.skipBadImages = skipping
    _ = try extraction.run()
    return try FeatureFile(reading: url(name))
  }

  private func failure(_ body: () throws -> Void) -> MVError? {
    do { try body() } catch { return error as? MVError }
    return nil
  }

  @Test func rowsOfTheseImagesAreTaken() throws {
    let source = try Synthetic(count: 40)
    let file = try extract("std", "color:pyramid=1", from: source)
    let targets = try TrainingTarget.targets(in: file, of: source, split: source.split("train"))
    #expect(targets.map(\.name) == ["std", "color"])
    guard case .stored(let rows) = targets[0].origin else { return #expect(Bool(false), "rows are stored") }
    #expect(rows.rows == 40)
    #expect(try rows.matrix(at: [7]) == file["train"].features("std").matrix(at: [7]))
  }

  @Test func rowsOfOtherImagesAreRefused() throws {
    let source = try Synthetic(count: 40)
    let train = try source.split("train")
    func refusal(_ file: FeatureFile, _ split: SourceSplit? = nil) throws -> MVError {
      try #require(failure { _ = try TrainingTarget.targets(in: file, of: source, split: split ?? train) })
    }
    let limited = try refusal(extract("std", from: source, limit: 30, to: "limited.h5"))
    #expect(limited.kind == .badData && limited.problem.contains("other images"))
    let file = try extract("std", from: source)
    let reversed = SourceSplit(
      name: "train", shape: train.shape, labels: train.labels, ids: Array(train.ids.reversed()))
    #expect(try refusal(file, reversed).problem.contains("another order"))
    let unknown = SourceSplit(name: "val", shape: train.shape, labels: train.labels, ids: train.ids)
    #expect(try refusal(file, unknown).problem.contains("no split val"))
    let other = try refusal(extract("std", from: Changed(base: source, name: "drawn"), to: "other.h5"))
    #expect(other.problem.contains("features of drawn") && other.subject.hasSuffix("other.h5"))
    let holed = try refusal(
      extract("std", from: Changed(base: source, name: "synthetic", bad: 5), skipping: true, to: "holed.h5"))
    #expect(holed.problem.contains("lacks features of 1 images"))
  }

  @Test func aConfigurationFindsItsSplitAndItsFiles() throws {
    let source = try SourceRequest(parsing: "synthetic:40").open()
    _ = try extract("std", from: source)
    var configuration = TrainingConfiguration()
    configuration.features = [url("f.h5").path]
    let data = try configuration.data(of: source)
    #expect(data.count == 40 && data.targets.map(\.name) == ["std"])
    configuration.split = "test"
    #expect(try configuration.data(of: source).count == 10)
    configuration.split = "val"
    #expect(failure { _ = try configuration.data(of: source) }?.kind == .usage)
    configuration.split = nil
    configuration.features.append(url("none.h5").path)
    #expect(failure { _ = try configuration.data(of: source) }?.kind == .missingInput)
  }

  @Test func representationsMustBeThoseThatTheConfigurationExpects() throws {
    let source = try SourceRequest(parsing: "synthetic:40").open()
    let file = try extract("std", "color:pyramid=1", from: source)
    var configuration = TrainingConfiguration()
    func refusal(_ expected: String...) throws -> MVError? {
      configuration.expected = try expected.map { try RepresentationSpecification(parsing: $0) }
      return failure { try configuration.check([file], of: source) }
    }
    #expect(try refusal() == nil)
    #expect(try refusal("std", "color:pyramid=1") == nil)
    let absent = try #require(try refusal("std", "hog"))
    #expect(absent.kind == .usage && absent.subject == "representation hog")
    #expect(absent.remedy.contains("mvmr extract synthetic:40 --representation std --representation hog"))
    let other = try #require(try refusal("color:pyramid=2"))
    #expect(other.kind == .badData && other.subject == file.url.path && other.problem.contains("pyramid=1"))
  }

  /// By what the file records; by the whole fingerprint in a file of version 0.1.
  @Test(arguments: [true, false]) func imagesMustBeNormalizedAsTheConfigurationExpects(recorded: Bool) throws {
    let plain: any ImageSource =
      recorded ? try SourceRequest(parsing: "synthetic:40").open() : try Synthetic(count: 40)
    var configuration = TrainingConfiguration()
    configuration.expected = [try RepresentationSpecification(parsing: "std")]
    configuration.expectedNormalization = .cifar
    func refusal(_ file: FeatureFile) -> MVError? { failure { try configuration.check([file], of: plain) } }
    let normalized = try NormalizedSource(plain, by: .cifar)
    #expect((normalized.contents.request != nil) == recorded)
    #expect(try refusal(extract("std", from: normalized)) == nil)
    let others: [(String, any ImageSource)] = [
      ("plain.h5", plain), ("imagenet.h5", try NormalizedSource(plain, by: .imagenet)),
    ]
    for (name, wrong) in others {
      let error = try #require(refusal(try extract("std", from: wrong, to: name)))
      #expect(error.kind == .badData && error.subject.hasSuffix(name) && error.problem.contains("cifar"))
      #expect(error.remedy.contains("--normalize cifar"))
    }
    configuration.expectedNormalization = .none
    #expect(refusal(try FeatureFile(reading: url("imagenet.h5"))) == nil)
  }
}

/// Another source under a name of its own, one of whose images cannot be read.
private struct Changed: ImageSource {
  let base: Synthetic
  let contents: SourceContents
  let bad: Int?

  init(base: Synthetic, name: String, bad: Int? = nil) {
    self.base = base
    self.bad = bad
    var contents = base.contents
    contents.name = name
    self.contents = contents
  }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    if let bad, rows.contains(bad), split.name == "train" { throw .badData("image \(bad)", "is not readable") }
    return try base.images(rows, of: split)
  }
}
