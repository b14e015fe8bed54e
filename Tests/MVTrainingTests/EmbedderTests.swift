import Foundation
import MVCore
import TestSupport
import Testing

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
    let projected = try Embedder(checkpoint: url, output: .projector, threads: 1).embed(images)
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
