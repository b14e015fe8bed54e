import Foundation
import MVCore
import MVStore
import TestSupport
import Testing

/// What version 0.1.0 wrote (`Fixtures/version-0.1/make.sh`) is read, finished and resumed as by itself.
@Suite(.serialized) struct VersionOneTests {
  private let folder: URL
  private let temporary: TemporaryFolder

  /// A copy: files are finished and runs resumed in place.
  init() throws {
    temporary = try TemporaryFolder()
    folder = temporary.url.appending(path: "old")
    try FileManager.default.copyItem(at: Fixture.url("version-0.1"), to: folder)
  }

  private func mvmr(_ line: String, at location: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let run = try Tool.run(
      Tool.folder.appending(path: "mvmr"), line.split(separator: " ").map(String.init), in: folder)
    #expect(run.status == 0, "mvmr \(line): \(run.errors)", sourceLocation: location)
    return run
  }

  @Test(arguments: ["features", "packed", "merged", "shard1", "training", "embedding"])
  func filesAreWhole(name: String) throws {
    #expect(try mvmr("verify \(name).h5").errors.contains("damage") == false)
    _ = try mvmr("inspect \(name).h5")
  }

  /// The same commands find nothing to do: names, settings and fingerprints mean what they meant.
  @Test func finishedFilesAreKnownByTheCommandsThatMadeThem() throws {
    let made = try mvmr(
      """
      extract synthetic:80 --size 24x24 --normalise cifar --representation hog --representation \
      pixels:sketch=8,as=tiny --dtype float16 --output features.h5 --json
      """)
    #expect(try made.json()["rows_before"] as? Int == 100)
    let packed = try mvmr(
      "extract synthetic:80 --representation lbp:method=uniform --compress --output packed.h5 --json")
    #expect(try packed.json()["rows_before"] as? Int == 100)
    let embedded = try mvmr("embed run synthetic:200 --size 24x24 --output embedding.h5")
    #expect(embedded.output.contains("250"))
  }

  @Test func aStoppedExtractionIsFinished() throws {
    let run = try mvmr(
      """
      extract synthetic:400 --size 96x96 --jobs 1 --sync-interval 0 --representation scattering:J=4,sketch=4 \
      --output stopped.h5 --json
      """)
    #expect(try run.json()["rows_before"] as? Int == 151)
    _ = try mvmr("verify stopped.h5")
  }

  @Test func shardsAreMerged() throws {
    _ = try mvmr("merge shard1.h5 shard2.h5 --copy --output copy.h5")
    let whole = try FeatureFile(reading: folder.appending(path: "merged.h5"))["train"].features("lbp")
    let copy = try FeatureFile(reading: folder.appending(path: "copy.h5"))["train"].features("lbp")
    #expect(whole.matrix(at: Array(0..<600)) == copy.matrix(at: Array(0..<600)))
  }

  /// The figures are those that 0.1.0 printed of the probes that it saved.
  @Test func savedProbesScoreAsTheyDid() throws {
    let linear = try mvmr("probe features.h5 --representation hog --load linear.probe --json").json()
    #expect(linear["top1"] as? Double == 0.3)
    #expect(linear["balanced_accuracy"] as? Double == 0.3)
    let published = try mvmr("probe features.h5 --representation hog --load protocol.probe --json").json()
    #expect(published["top1"] as? Double == 0.15)
  }

  /// Lists, pairs and teachers, which 0.1.0 kept as texts, make the same encoder.
  @Test func aCheckpointEmbedsAsItDid() throws {
    _ = try mvmr("embed run/last.ckpt synthetic:200 --size 24x24 --output again.h5")
    let old = try FeatureFile(reading: folder.appending(path: "embedding.h5"))["test"].features("embedding")
    let new = try FeatureFile(reading: folder.appending(path: "again.h5"))["test"].features("embedding")
    let rows = Array(0..<50)
    #expect(largestDifference(old.matrix(at: rows).values, new.matrix(at: rows).values) < 1e-4)
  }

  @Test func aStoppedRunIsResumed() throws {
    try FileManager.default.copyItem(
      at: Fixture.url("teacher/tiny.pt"), to: folder.appending(path: "tiny.pt"))
    _ = try mvmr(
      """
      train synthetic:200 --size 24x24 --features training.h5 --output stopped --resume --set epochs=12 \
      --set encoder=cifar-resnet --set widths=4-8-16 --set projector=8-6 --set batch_size=32 \
      --set scheduler=multistep --set milestones=1-2 --set lr=1e-3 --set representations=hog,pixels \
      --set representation_weights=hog=2,pixels=0.5 --set representation_scales=hog=0.5 --set policy=cifar \
      --set normalisation=cifar --set precision=float32 --set validate_every=1 --set threads=1 \
      --teacher tiny.pt,name=tiny,size=32x32,mean=0.4,0.5,0.6,std=0.25,weight=0.25
      """)
    let lines = try String(contentsOf: folder.appending(path: "stopped/losses.csv"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines.count == 13, "twelve epochs and the head")
    // The first epoch is that of 0.1.0.
    #expect(lines[1].hasPrefix("1,6,3.36"))
    let other = try Tool.run(
      Tool.folder.appending(path: "mvmr"),
      ["train", "synthetic:200", "--size", "24x24", "--output", "run", "--resume", "--set", "batch_size=32"], in: folder
    )
    #expect(other.status == 64)
    #expect(other.errors.contains("differs from"), "\(other.errors)")
  }
}
