import Foundation
import MVCore
import MVImaging
import MVStore
import TestSupport
import Testing

/// TorchScript that `mvmr export` writes is fed as the network that it was made of.
@Suite(.serialized) struct ExportedProgramTests {
  private let folder: TemporaryFolder
  private static let notice = "does not say how its images are normalized"

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func mvmr(_ line: String, at location: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let run = try Tool.run(
      Tool.folder.appending(path: "mvmr"), line.split(separator: " ").map(String.init), in: folder.url)
    try #require(run.status == 0, "mvmr \(line): \(run.status) \(run.errors)", sourceLocation: location)
    return run
  }

  private func rows(_ name: String, _ representation: String) throws -> [Float] {
    let features = try FeatureFile(reading: folder.url.appending(path: name))["train"].features(representation)
    return features.matrix(0..<features.rows).values
  }

  private func expectSame(
    _ own: [Float], _ theirs: [Float], at location: SourceLocation = #_sourceLocation
  ) {
    let scale = own.map(abs).max() ?? 0
    // No constant: features of every image the same would be equal however they were fed.
    #expect(scale > 0 && Set(own).count > 16, sourceLocation: location)
    #expect(largestDifference(own, theirs) < 1e-4 * scale, sourceLocation: location)
  }

  private static let small =
    "--set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=16 --set epochs=1"
    + " --set precision=float32 --set threads=1"

  @Test func aRunAndItsProgramGiveTheSameRows() throws {
    // Statistics that are nobody's default.
    try mvmr(
      "train synthetic:64 --size 24x24 --output run \(Self.small) --set normalization=0.4,0.5,0.6/0.2,0.3,0.25")
    try mvmr("export run --format torchscript --output program.pt")
    try mvmr("embed run synthetic:64 --output run.h5")
    // Nothing is said of the size or of statistics.
    let embedded = try mvmr("embed program.pt synthetic:64 --output program.h5")
    #expect(!embedded.errors.contains(Self.notice), "\(embedded.errors)")
    expectSame(try rows("run.h5", "embedding"), try rows("program.h5", "teacher"))
    // What is said goes before, and is another network's input.
    try mvmr("embed program.pt synthetic:64 --set normalization=imagenet --output other.h5")
    let (own, other) = (try rows("program.h5", "teacher"), try rows("other.h5", "teacher"))
    #expect(largestDifference(own, other) > 1e-3 * (own.map(abs).max() ?? 0))
    // As a teacher it is fed like the run: the dependence on both is one number.
    let losses = try [("run", "by-run"), ("program.pt", "by-program")].map { teacher, output in
      let words = "--teacher \(teacher),name=t --output \(output) --json"
      let run = try mvmr("train synthetic:64 --size 24x24 \(words) \(Self.small)")
      let epochs = try #require(try run.json()["epochs"] as? [[String: Any]])
      return try #require((epochs[0]["terms"] as? [String: Double])?["1-dcor_t"])
    }
    #expect(abs(losses[0] - losses[1]) < 1e-4, "\(losses)")
  }

  /// A run's images, which are no squares, are framed by its exports as by the run itself.
  @Test(arguments: [
    // Of many sizes, so that the framing counts; of one size, which is left as it is.
    ("many", "--size 20x28 --resize 30 --interpolation bicubic"), ("many", "--size 28x20"),
    ("many", "--size 28x20 --stretch"), ("one", ""),
  ])
  func exportsFrameImagesAsTheRunDid(_ images: String, _ options: String) throws {
    let fixture = try Fixture.images("images/rgb96")
    for number in 0..<32 {
      let place = folder.url.appending(path: "\(images)/train/\(number % 2)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      let size = ImageSize(height: 34 + number, width: 40 + 3 * (number % 5))
      var image = try fixture[number % fixture.count].resized(to: size)
      if images == "one" { image = try image.resized(to: ImageSize(height: 28, width: 40)) }
      try image.writePNG(to: place.appending(path: "\(number).png"))
    }
    try mvmr("train folder:\(images) \(options) --output run \(Self.small)")
    try mvmr("export run --format torchscript --output program.pt")
    try mvmr("export run --format safetensors --output weights.safetensors")
    try mvmr("embed run folder:\(images) --output run.h5")
    let own = try rows("run.h5", "embedding")
    // Nothing is said of the size.
    try mvmr("embed program.pt folder:\(images) --output program.h5")
    expectSame(own, try rows("program.h5", "teacher"))
    try mvmr("embed weights.safetensors folder:\(images) --output weights.h5")
    expectSame(own, try rows("weights.h5", "embedding"))
    // The size that it has anyway changes nothing.
    let words = options.split(separator: " ")
    if words.first == "--size" {
      try mvmr("embed program.pt folder:\(images) --size \(words[1]) --output same.h5")
      expectSame(own, try rows("same.h5", "teacher"))
      try mvmr("embed weights.safetensors folder:\(images) --size \(words[1]) --output again.h5")
      expectSame(own, try rows("again.h5", "embedding"))
      // Presets are of squares: that of the shorter side.
      for (size, file) in [("", "preset.h5"), ("--size 20x20", "square-preset.h5")] {
        try mvmr("embed weights.safetensors folder:\(images) --preprocessing imagenet \(size) --output \(file)")
      }
      expectSame(try rows("preset.h5", "embedding"), try rows("square-preset.h5", "embedding"))
    }
    for (network, views, part) in [("program.pt", "flip", "--views"), ("run", "ten-crop", "export its weights")] {
      let words = ["embed", network, "folder:\(images)", "--views", views, "--output", "views.h5"]
      let refused = try Tool.run(Tool.folder.appending(path: "mvmr"), words, in: folder.url)
      #expect(refused.status == 64 && refused.errors.contains(part), "\(refused.errors)")
    }
    // What a square would have given is something else.
    try mvmr("embed program.pt folder:\(images) --size 20x20 --resize 20 --output square.h5")
    let square = try rows("square.h5", "teacher")
    #expect(largestDifference(own, square) > 1e-3 * (own.map(abs).max() ?? 0))
  }

  @Test func weightsOfOtherProgramsAndTheirProgramGiveTheSameRows() throws {
    let images = try Fixture.images("images/rgb96")
    for number in 0..<8 {
      let place = folder.url.appending(path: "d/train/\(number % 2)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      // Of many sizes, so that the framing counts as well.
      let image = try images[number % images.count].resized(to: ImageSize(height: 90 + 7 * number, width: 120))
      try image.writePNG(to: place.appending(path: "\(number).png"))
    }
    for name in ["torchvision_resnet", "cifar"] {
      let weights = Fixture.url("network-files/\(name).pth").path
      try mvmr("export \(weights) --format torchscript --output \(name).pt")
      try mvmr("embed \(weights) folder:d --output \(name)-weights.h5")
      try mvmr("embed \(name).pt folder:d --output \(name)-program.h5")
      expectSame(try rows("\(name)-weights.h5", "embedding"), try rows("\(name)-program.h5", "teacher"))
    }
  }

  @Test func aProgramThatSaysNothingIsSaidToBeFedPlainValues() throws {
    try FileManager.default.copyItem(at: Fixture.url("teacher/tiny.pt"), to: folder.url.appending(path: "tiny.pt"))
    let bare = try mvmr("embed tiny.pt synthetic:40 --output a.h5")
    #expect(bare.errors.split(separator: "\n").count { $0.contains(Self.notice) } == 1, "\(bare.errors)")
    for (words, name) in [("normalization=imagenet", "b"), ("normalization=none", "c"), ("mean=0.5", "d")] {
      let said = try mvmr("embed tiny.pt synthetic:40 --set \(words) --output \(name).h5")
      #expect(!said.errors.contains(Self.notice), "\(said.errors)")
    }
    #expect(try rows("a.h5", "teacher") == rows("c.h5", "teacher"))
    let train = "train synthetic:40 --output run --set batch_size=8 \(Self.small) --teacher tiny.pt"
    #expect(try mvmr(train).errors.contains("note: tiny.pt \(Self.notice)"))
  }
}
