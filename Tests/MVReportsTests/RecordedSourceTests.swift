import Foundation
import MVCore
import MVDatasets
import MVImaging
import MVStore
import TestSupport
import Testing

@testable import MVReports

/// The images of a feature file are found by what it records, and by guesses where it is of version 0.1.
struct RecordedSourceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// A feature file of some splits of a source, or of all.
  private func write(
    _ source: any ImageSource, splits: [String]? = nil, recording: Bool = true, software: [String: String] = [:],
    to name: String = "f.h5"
  ) throws -> FeatureFile {
    let contents = source.contents
    let chosen = source.splits.filter { splits?.contains($0.name) ?? true }
    let shape = try #require(chosen.first?.shape)
    let plan = FeatureFilePlan(
      dataset: contents.name, location: contents.location,
      source: recording ? try contents.request.map { try SourceRecord($0) } : nil, fingerprint: contents.fingerprint,
      settings: ["height": .int(shape.height), "width": .int(shape.width)], software: software,
      splits: chosen.map { SplitPlan(name: $0.name, labels: $0.labels, ids: $0.ids) },
      representations: [RepresentationPlan(name: "one", representation: "one", shape: [1], axes: ["column"])])
    let url = folder.url.appending(path: name)
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    for block in writer.missingBlocks {
      try writer.write([Float](repeating: 1, count: block.rows.count), of: "one", to: block)
    }
    try writer.finish()
    return try FeatureFile(reading: url)
  }

  private func writeImages(_ place: String) throws {
    let images = try Fixture.images("images/rgb45x37")
    for (label, index) in [("a", 0), ("b", 1)] {
      let url = folder.url.appending(path: "\(place)/train/\(label)/\(index).png")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try images[index].writePNG(to: url)
    }
  }

  @Test func whatWasAskedForIsOpenedAgainButNormalized() throws {
    var request = try SourceRequest(parsing: "synthetic:40")
    request.size = ImageSize(height: 24, width: 24)
    let plain = try request.open()
    request.joinedSplits = ["train+test"]
    request.normalization = .cifar
    let file = try write(request.open(), splits: ["train+test"])
    let images = try RowImages.recorded(in: file, splits: ["train+test"]).get()
    #expect(images.notice == nil)
    // As people look at them: bytes, in the size of the run.
    #expect(try images.image(41, of: "train+test") == plain.images(1..<2, of: plain.split("test"))[0])
  }

  /// A folder that holds both the file and its images is moved as a whole.
  @Test func imagesBesideTheFileAreFound() throws {
    try writeImages("old/images")
    var request = try SourceRequest(parsing: "folder:\(path("old/images"))")
    request.size = ImageSize(height: 16, width: 16)
    let made = try request.open()
    let second = try made.images(1..<2, of: made.split("train"))[0]
    request.place = ["images"]
    var plan = made.contents
    plan.request = request
    _ = try write(Described(base: made, contents: plan), to: "old/f.h5")
    try FileManager.default.moveItem(atPath: path("old"), toPath: path("new"))
    let file = try FeatureFile(reading: folder.url.appending(path: "new/f.h5"))
    let images = try RowImages.recorded(in: file, splits: ["train"]).get()
    #expect(images.notice == nil && images.source.contents.location == path("new/images"))
    #expect(try images.image(1, of: "train") == second)
    // Where they are nowhere, the error names the place where they were.
    try FileManager.default.removeItem(atPath: path("new/images"))
    guard case .failure(let error) = RowImages.recorded(in: file, splits: ["train"]) else {
      return #expect(Bool(false), "images that are not there")
    }
    #expect(error.kind == .missingInput && error.subject == path("old/images"))
  }

  @Test func imagesGivenAreBroughtToWhatTheFileRecords() throws {
    try writeImages("images")
    try writeImages("copy")
    var request = try SourceRequest(parsing: "folder:\(path("images"))")
    request.size = ImageSize(height: 16, width: 20)
    let file = try write(request.open())
    let given = try SourceRequest(parsing: "folder:\(path("copy"))")
    let images = try RowImages(given, matching: file, splits: ["train"])
    #expect(try images.image(0, of: "train").shape == ImageShape(height: 16, width: 20, channels: 3))
    let other = try SourceRequest(parsing: "synthetic:40")
    #expect(throws: MVError.self) { try RowImages(other, matching: file, splits: ["train"]) }
  }

  /// Files of version 0.1: the place and the size are recorded, and no command line is read.
  @Test func filesWithoutARequestLeaveAFewToTry() throws {
    var request = try SourceRequest(parsing: "synthetic:40")
    request.size = ImageSize(height: 24, width: 20)
    let software = ["command": "mvmr extract synthetic:44 --size 64x64 --exif --output f.h5"]
    let file = try write(request.open(), recording: false, software: software)
    let candidates = try RecordedSource(of: file.description).candidates
    #expect(candidates.map(\.description) == [String](repeating: "synthetic:40", count: 4))
    #expect(candidates.map(\.size) == [nil, request.size, nil, request.size])
    #expect(candidates.map(\.decoding.honorsOrientation) == [false, false, true, true])
    let images = try RowImages.recorded(in: file, splits: ["test"]).get()
    #expect(images.notice == nil)
    #expect(try images.image(3, of: "test").shape == ImageShape(height: 24, width: 20, channels: 3))

    request.normalization = .imagenet
    request.joinedSplits = ["test+train"]
    let joined = try write(request.open(), splits: ["test+train"], recording: false, to: "joined.h5")
    let found = try RowImages.recorded(in: joined, splits: ["test+train"]).get()
    #expect(found.notice == nil)
    let given = try RowImages(try SourceRequest(parsing: "synthetic:40"), matching: joined, splits: ["test+train"])
    #expect(given.notice == nil)
    #expect(try given.image(3, of: "test+train") == found.image(3, of: "test+train"))
  }

  /// A file of another user may name any place: it is not opened unasked.
  @Test func thePlaceThatAnotherUsersFileNamesIsNotOpened() throws {
    var request = try SourceRequest(parsing: "synthetic:40")
    request.size = ImageSize(height: 16, width: 16)
    let file = try write(request.open())
    guard case .failure(let error) = RowImages.recorded(in: file, splits: ["train"], user: geteuid() + 1) else {
      return #expect(Bool(false), "opened")
    }
    #expect(error.kind == .usage && error.problem.hasPrefix("is of another user"))
    #expect(throws: MVError.self) { try RecordedSource.check(file, isOf: geteuid() + 1) }
    try RecordedSource.check(file)
  }

  /// Waiting for what nobody writes would never end.
  @Test func aPipeThatAFileNamesIsNotOpened() throws {
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    var contents = try Synthetic(count: 40).contents
    contents.request = try SourceRequest(parsing: "files:\(path("pipe"))")
    let file = try write(Described(base: Synthetic(count: 40), contents: contents))
    guard case .failure(let error) = RowImages.recorded(in: file, splits: ["train"]) else {
      return #expect(Bool(false), "opened")
    }
    #expect(error.problem.hasPrefix("is a pipe or a device"), "\(error)")
  }

  @Test func aRecordThatCannotBeReadIsSaid() throws {
    var contents = try Synthetic(count: 40).contents
    contents.request = try SourceRequest(parsing: "synthetic:40")
    contents.request?.kind = "drawings"
    let unknown = try write(Described(base: Synthetic(count: 40), contents: contents))
    guard case .failure(let error) = RowImages.recorded(in: unknown, splits: ["train"]) else {
      return #expect(Bool(false), "a kind that there is not")
    }
    #expect(error.kind == .usage && error.subject == "source drawings:40")

    let plan = FeatureFilePlan(
      dataset: "d", source: SourceRecord(json: #"{"kind":["cifar10"]}"#), fingerprint: "1",
      splits: [SplitPlan(name: "train", labels: .single([0]), ids: ["a"])],
      representations: [RepresentationPlan(name: "one", representation: "one", shape: [1], axes: ["column"])])
    let url = folder.url.appending(path: "damaged.h5")
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    try writer.write([Float(1)], of: "one", to: writer.missingBlocks[0])
    try writer.finish()
    guard case .failure(let damage) = RowImages.recorded(in: try FeatureFile(reading: url), splits: ["train"]) else {
      return #expect(Bool(false), "no request")
    }
    #expect(damage.kind == .badData && damage.subject == url.path)
  }
}

/// A source that says something else of itself.
private struct Described: ImageSource {
  let base: any ImageSource
  let contents: SourceContents

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try base.images(rows, of: split)
  }
}
