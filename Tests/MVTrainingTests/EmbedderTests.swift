import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

@Suite(.serialized) struct EmbedderTests {
  @Test func aCheckpointEmbedsAsTheTrainerThatWroteIt() throws {
    let folder = try TemporaryFolder()
    let trainer = try Trainer(TrainerTests.settings(epochs: 1), data: TrainerTests.data(), folder: folder.url)
    let images = TrainerTests.images
    let untrained = try Embedder(untrained: trainer.settings, imageShape: images.shape).embed(images)
    #expect(try trainer.embedder().embed(images) == untrained)
    try trainer.run()
    let url = Trainer.checkpoint(in: folder.url)
    let embedder = try Embedder(checkpoint: url, threads: 1)
    let rows = try embedder.embed(images)
    #expect(rows.rows == 18 && rows.columns == 8 && embedder.columns == 8)
    #expect(rows != untrained)
    #expect(try rows == trainer.embedder().embed(images))
    let projected = try Embedder(checkpoint: url, output: .projection, threads: 1).embed(images)
    #expect(projected.columns == 12)
  }

  @Test func aRowDoesNotDependOnTheOthersNorOnThePixelType() throws {
    let embedder = try Embedder(untrained: TrainerTests.settings(), imageShape: TrainerTests.images.shape)
    let all = try embedder.embed(TrainerTests.images)
    let some = try embedder.embed(TrainerTests.images[3..<5])
    #expect(largestDifference(Array(all.values[24..<40]), some.values) < 1e-5)
    guard case .uint8(let bytes) = TrainerTests.images.pixels else { return }
    let floats = ImageBatch(
      count: 18, shape: TrainerTests.images.shape, pixels: .float32(bytes.map { Float($0) / 255 }))
    #expect(try embedder.embed(floats) == all)
    let empty = try embedder.embed(TrainerTests.images[0..<0])
    #expect(empty.rows == 0 && empty.columns == 8)
  }

  @Test func viewsAreAveraged() throws {
    let images = TrainerTests.images
    let settings = TrainerTests.settings()
    let encoder = try Encoder(settings.architecture(), projector: settings.projector, seed: 3)
    let shape = images.shape
    func rows(_ views: EmbeddedViews, _ batch: ImageBatch, crop: Int, resize: Int?) throws -> Matrix {
      let preprocessing = Preprocessing(
        framing: Framing(.square(crop), resize: resize), mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.2, 0.3])
      return try Embedder(encoder.backbone, preprocessing: preprocessing, views: views).embed(batch)
    }
    // The mean over an image and its mirror image is the same for the mirror image.
    guard case .uint8(let bytes) = images.pixels else { return }
    let mirrored = (0..<images.count).flatMap { image in
      (0..<shape.height).flatMap { row in
        (0..<shape.width).reversed().flatMap { column -> ArraySlice<UInt8> in
          let start = ((image * shape.height + row) * shape.width + column) * shape.channels
          return bytes[start..<start + shape.channels]
        }
      }
    }
    let mirror = ImageBatch(count: images.count, shape: shape, pixels: .uint8(mirrored))
    let (flipped, again) = (
      try rows(.flip, images, crop: shape.width, resize: nil), try rows(.flip, mirror, crop: shape.width, resize: nil)
    )
    #expect(largestDifference(flipped.values, again.values) < 1e-5)
    #expect(try rows(.single, images, crop: shape.width, resize: nil) != flipped)
    // Of an image that is no larger than a crop, all ten are the image and its mirror image.
    let side = shape.width
    let crops = try rows(.tenCrop, images, crop: side - 8, resize: side)
    #expect(crops.rows == images.count && crops != flipped)
    #expect(throws: MVError.self) { try rows(.tenCrop, images, crop: side, resize: side) }
    let all = try EmbeddedViews.tenCrop.parts(of: bytes, shape: shape, crop: .square(side - 8)).map { $0.pixels() }
    #expect(all.count == 10 && Set(all).count == 10)
    let same = try EmbeddedViews.tenCrop.parts(of: bytes, shape: shape, crop: .square(side)).map { $0.pixels() }
    #expect(Set(same) == [bytes, mirrored])
  }

  @Test func outputsAreNamed() throws {
    for output: NetworkOutput in [.features, .projection, .logits, .stage(2), .patches, .classAndPatches] {
      #expect(NetworkOutput(output.description) == output)
    }
    #expect(NetworkOutput("backbone") == .features && NetworkOutput("projector") == .projection)
    #expect(NetworkOutput("stage0") == nil && NetworkOutput("head") == nil)
    let shape = TrainerTests.images.shape
    let stage = try Embedder(untrained: TrainerTests.settings(), imageShape: shape, output: .stage(1))
    #expect(try stage.embed(TrainerTests.images).columns == stage.columns)
    #expect(throws: MVError.self) {
      try Embedder(untrained: TrainerTests.settings(), imageShape: shape, output: .classAndPatches)
    }
  }

  @Test func impossibleImagesAreErrors() throws {
    let embedder = try Embedder(untrained: TrainerTests.settings(), imageShape: TrainerTests.images.shape)
    let shape = ImageShape(height: 8, width: 8, channels: 2)
    #expect(throws: MVError.self) {
      try embedder.embed(ImageBatch(count: 1, shape: shape, pixels: .uint8([UInt8](repeating: 0, count: 128))))
    }
    let gray = ImageShape(height: 8, width: 8, channels: 1)
    #expect(throws: MVError.self) {
      try embedder.embed(ImageBatch(count: 1, shape: gray, pixels: .float32([Float](repeating: 2, count: 64))))
    }
  }
}
