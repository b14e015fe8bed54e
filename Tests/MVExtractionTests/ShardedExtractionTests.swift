import Foundation
import MVCore
import MVDatasets
import MVRepresentations
import MVStore
import TestSupport
import Testing

@testable import MVExtraction

/// The rows of shards are those of the whole, whatever their number.
@Suite struct ShardedExtractionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func url(_ name: String) -> URL { folder.url.appending(path: name) }

  private func extraction(to name: String, element: ElementType, shard: ShardNumber?) throws -> Extraction {
    var configuration = ExtractionConfiguration()
    configuration.representations = try ["hog", "lbp", "color", "pixels:sketch=16", "scattering:J=2,sketch=8"].map {
      try RepresentationSpecification(parsing: $0)
    }
    configuration.element = element
    configuration.jobs = 2
    let source = try SourceRequest(parsing: "synthetic:500").open()
    var extraction = try Extraction(configuration, from: source, to: url(name))
    extraction.shard = shard
    return extraction
  }

  /// Every data set of a file as it is stored.
  private func contents(_ name: String) throws -> [String: [UInt32]] {
    let file = try FeatureFile(reading: url(name))
    #expect(try file.verify().missingBlocks == 0)
    var contents: [String: [UInt32]] = [:]
    for split in file.splits {
      for representation in split.representations {
        contents["\(split.name)/\(representation.name)"] =
          try split.features(representation.name).matrix.values.map(\.bitPattern)
      }
    }
    return contents
  }

  @Test(arguments: 1...16) func fiveHundredRows(count: Int) throws {
    let element: ElementType = count % 2 == 0 ? .float16 : .float32
    try extraction(to: "whole.h5", element: element, shard: nil).run()
    let files = try (1...count).map { index in
      let name = "\(index).h5"
      let summary = try extraction(to: name, element: element, shard: try ShardNumber(index, of: count)).run()
      #expect(summary.rowsBefore == 0)
      return url(name)
    }
    let sizes = try files.map { try FeatureFile(reading: $0)["train"].count }
    #expect(sizes.reduce(0, +) == 500 && sizes.max()! - sizes.min()! <= 1, "\(sizes)")
    _ = try FeatureFileMerge(of: files, to: url("joined.h5")).join()
    _ = try FeatureFileMerge(of: files, to: url("copy.h5")).copy()
    let expected = try contents("whole.h5")
    #expect(expected.count == 10)
    #expect(try contents("joined.h5") == expected)
    #expect(try contents("copy.h5") == expected)
  }

  /// A task that Slurm has killed and queued again goes on; one that is run again has nothing to do.
  @Test func aShardIsFinishedByTheSameTask() throws {
    let shard = try ShardNumber(2, of: 3)
    try extraction(to: "once.h5", element: .float32, shard: shard).run()
    let cancellation = Cancellation()
    #expect(throws: MVError.self) {
      try extraction(to: "part.h5", element: .float32, shard: shard).setting(\.jobs, 1).run(
        cancellation: cancellation
      ) { if $0.done > 0 { cancellation.cancel() } }
    }
    let before = try FeatureFile(reading: url("part.h5"))
    #expect(!before.isComplete)
    let summary = try extraction(to: "part.h5", element: .float32, shard: shard).run()
    #expect(summary.rowsBefore > 0 && summary.rowsBefore < summary.rows)
    #expect(try contents("part.h5") == contents("once.h5"))
    let again = try extraction(to: "part.h5", element: .float32, shard: shard).run()
    #expect(again.rowsBefore == again.rows)
  }
}
