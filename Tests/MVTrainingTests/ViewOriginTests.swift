import Foundation
import MVCore
import MVDatasets
import MVImaging
import TestSupport
import Testing

@testable import MVTraining

/// Random crops are cut of photographs, or of plain images, wherever the images are kept.
struct ViewOriginTests {
  /// A folder of five JPEG-like photographs of different sizes, as PNG files, and one JPEG.
  private func photographs(_ folder: TemporaryFolder) throws -> [RGBImage] {
    let photo = try Image(contentsOf: Fixture.url("decoding-options/photo.jpg"))
    var images: [RGBImage] = []
    for number in 0..<5 {
      let size = ImageSize(height: 40 + 7 * number, width: 90 - 11 * number)
      let image = photo.cropped(top: 30 * number, left: 50 * number, to: size)
      let url = folder.url.appending(path: "train/class\(number % 2)/\(number).png")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try image.pngData().write(to: url)
      images.append(try RGBImage(image))
    }
    // In the order of the source: class after class.
    return [0, 2, 4, 1, 3].map { images[$0] }
  }

  private func data(
    _ folder: TemporaryFolder, _ views: ViewOrigin, cacheLimit: Int = 1 << 30,
    _ change: (inout SourceRequest) -> Void = { _ in }
  ) throws -> TrainingData {
    var request = try SourceRequest(parsing: "folder:\(folder.url.path)")
    request.framing = Framing(.square(24), resize: 28)
    change(&request)
    let source = try request.open()
    return try TrainingData(
      source: source, split: source.split("train"), targets: [.augmented], viewsFrom: views, cacheLimit: cacheLimit)
  }

  private func batch(
    _ data: TrainingData, _ name: AugmentationPolicy.Name, _ views: ViewOrigin, workers: Int = 2
  ) throws -> PreparedBatch {
    try PreparedBatch(
      of: data, at: [4, 0, 2], epoch: 3, batch: 0, seed: 9,
      views: ViewPlan(AugmentationPolicy(name, size: .square(24)), from: views), workers: workers)
  }

  @Test(arguments: [AugmentationPolicy.Name.custom, .crop, .cifar20, .cifar, .none])
  func viewsAreThoseOfThePolicyOnThePhotograph(_ name: AugmentationPolicy.Name) throws {
    let folder = try TemporaryFolder()
    let images = try photographs(folder)
    let policy = AugmentationPolicy(name, size: .square(24))
    let framing = Framing(.square(24), resize: 28)
    for views in ViewOrigin.allCases {
      var plain: [UInt8] = []
      var expected: [RandomStream: [UInt8]] = [:]
      for place in [4, 0, 2] {
        let framed = try RGBImage(images[place].image.framed(framing))
        plain += framed.pixels
        for stream in [RandomStream.view, .augmentedTarget] {
          var generator = SeededGenerator(seed: 9, keys: stream.rawValue, 3, UInt64(place))
          let base = views == .photograph && policy.scalesCrops ? images[place] : framed
          expected[stream, default: []] += policy.apply(to: base, using: &generator).pixels
        }
      }
      // Kept in memory, read each time, and by one thread.
      for limit in [1 << 30, 24 * 24 * 3 * 5, 0] {
        let batch = try batch(data(folder, views, cacheLimit: limit), name, views, workers: limit == 0 ? 1 : 3)
        #expect(batch.plain == plain && batch.augmented == expected[.view], "\(name) \(views) \(limit)")
        #expect(batch.secondView == expected[.augmentedTarget])
      }
    }
  }

  /// Sources that choose, join and record lead to the same photographs.
  @Test func wrappedSourcesLeadToTheirPhotographs() throws {
    let folder = try TemporaryFolder()
    let images = try photographs(folder)
    let manager = FileManager.default
    try manager.copyItem(at: folder.url.appending(path: "train"), to: folder.url.appending(path: "val"))
    var request = try SourceRequest(parsing: "folder:\(folder.url.path)")
    request.framing = Framing(.square(24))
    request.joinedSplits = ["train+val"]
    let source = try SelectedRows(try request.open(), keeping: ["train+val": [1, 4, 5, 8]])
    let split = try source.split("train+val")
    for (row, place) in [1, 4, 0, 3].enumerated() {
      let photograph = try #require(source.photograph(of: row, in: split))
      #expect(try photograph.reader().image() == images[place] && photograph.framing == request.framing)
      #expect(photograph.size == ImageSize(height: images[place].height, width: images[place].width))
    }
    // Images that are stored as pixels are scaled too.
    let memory = ResizedSource(MemorySource([("train", [0, 1, 2])]), framing: Framing(.square(20)))
    let stored = try #require(memory.photograph(of: 2, in: memory.splits[0]))
    #expect(try stored.reader().size == .square(12) && stored.framing?.size == .square(20))
    let scaled = try memory.images(2..<3, of: memory.splits[0]).bytesInColor("scaled")
    #expect(try stored.reader().framed(Framing(.square(20))).pixels == scaled)
  }

  @Test func severalThreadsReadTheSameImages() throws {
    let folder = try TemporaryFolder()
    _ = try photographs(folder)
    var request = try SourceRequest(parsing: "folder:\(folder.url.path)")
    request.framing = Framing(.square(24))
    let source = try request.open()
    let split = try source.split("train")
    let one = try source.images(0..<5, of: split)
    for threads in [1, 2, 7] { #expect(try source.images(0..<5, of: split, threads: threads) == one) }
    try Data("no image".utf8).write(to: folder.url.appending(path: "train/class1/1.png"))
    let error = #expect(throws: MVError.self) { try source.images(0..<5, of: split, threads: 3) }
    #expect(error?.subject.hasSuffix("class1/1.png") == true)
  }

  @Test func dataThatKeptPlainImagesAloneIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try photographs(folder)
    var settings = TrainerTests.settings()
    settings.batchSize = 4
    settings.policy = .crop
    let plain = try data(folder, .plain)
    let error = #expect(throws: MVError.self) { try Learner(settings, data: plain) }
    #expect(error?.subject == "setting views_from=photograph")
    settings.viewsFrom = .plain
    #expect(throws: Never.self) { try Learner(settings, data: plain) }
  }

  @Test func cropsOfAnEmbeddingAreCutOfPhotographs() throws {
    let folder = try TemporaryFolder()
    let images = try photographs(folder)
    var request = try SourceRequest(parsing: "folder:\(folder.url.path)")
    request.framing = Framing(.square(24))
    let cropped = try CroppedSource(try request.open(), EmbeddingCrops(of: "train", count: 2, seed: 6))
    let pixels = try cropped.images(3..<5, of: cropped.cropSplits[1]).bytesInColor("crops")
    var expected: [UInt8] = []
    for row in 3..<5 {
      var generator = SeededGenerator(seed: 6, keys: RandomStream.crop.rawValue, 1, UInt64(row))
      expected += AugmentationPolicy(.crop, size: .square(24)).apply(to: images[row], using: &generator).pixels
    }
    #expect(pixels == expected)
  }
}
