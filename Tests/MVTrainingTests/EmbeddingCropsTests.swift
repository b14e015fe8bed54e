import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVStore
import TestSupport
import Testing

@testable import MVTraining

@Suite(.serialized) struct EmbeddingCropsTests {
  private static let source = MemorySource([("train", FinetunerTests.labels(300)), ("test", FinetunerTests.labels(30))])

  private func job(_ folder: TemporaryFolder, _ name: String) -> EmbeddingJob {
    var job = EmbeddingJob(of: Self.source, to: folder.url.appending(path: name))
    job.crops = EmbeddingCrops(of: "train", count: 2, seed: 4)
    return job
  }

  private func rows(_ file: FeatureFile, _ split: String) throws -> Matrix {
    let features = try file[split].features("embedding")
    return features.matrix(0..<features.rows)
  }

  @Test func aStoppedFileHasTheSameCrops() throws {
    let folder = try TemporaryFolder()
    let embedder = try Embedder(untrained: TrainerTests.settings(), imageShape: Self.source.splits[0].shape)
    try embedder.write(job(folder, "whole.h5"), checkpoint: "a")
    let cancellation = Cancellation()
    let error = #expect(throws: MVError.self) {
      try embedder.write(job(folder, "part.h5"), checkpoint: "a", cancellation: cancellation) {
        if $0.done > 400 { cancellation.cancel() }
      }
    }
    #expect(error?.kind == .interrupted)
    let rest = try embedder.write(job(folder, "part.h5"), checkpoint: "a")
    #expect(rest.rowsBefore > 400 && rest.rows == 930)
    let (whole, part) = (
      try FeatureFile(reading: job(folder, "whole.h5").output), try FeatureFile(reading: job(folder, "part.h5").output)
    )
    #expect(whole.splits.map(\.name) == ["train", "test", "train.crop1", "train.crop2"])
    for split in whole.splits { #expect(try rows(whole, split.name) == rows(part, split.name), "\(split.name)") }
    #expect(try rows(whole, "train.crop1") != rows(whole, "train.crop2"))
    #expect(try rows(whole, "train.crop1") != rows(whole, "train"))
    #expect(whole.crops(of: "train").map(\.name) == ["train.crop1", "train.crop2"] && whole.crops(of: "test").isEmpty)
    // Other crops are another file.
    var other = job(folder, "whole.h5")
    other.crops?.seed = 5
    #expect(message { try embedder.write(other, checkpoint: "a") }.contains("crops_seed"))
    other.crops = EmbeddingCrops(of: "val", count: 1)
    #expect(message { try embedder.write(other, checkpoint: "a") }.contains("val"))
  }

  @Test func namesOfCropsAreRead() {
    #expect(
      CropSplit.base(of: "train.crop12") == "train" && CropSplit.base(of: CropSplit.name(3, of: "a.crop1")) == "a.crop1"
    )
    for name in [
      "train", "crop1", ".crop1", "train.crop", "train.crop0", "train.crop01", "train.crop-1", "train.crop1x",
    ] {
      #expect(CropSplit.base(of: name) == nil, "\(name)")
    }
  }
}
