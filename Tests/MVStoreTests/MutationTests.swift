import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVStore

/// Files that were changed at random: an error each time, or what the file said before; never a crash.
@Suite struct MutationTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What a reader who verifies takes from a file; nil where it is refused.
  private func read(_ url: URL) -> [String: Data]? {
    do {
      let file = try FeatureFile(reading: url)
      guard try file.verify(threads: 1).missingBlocks == 0 else { return nil }
      var contents = try SampleFile.contents(url)
      let description = file.description
      contents["about"] = Data(
        "\(description.dataset) \(description.source?.json ?? "") \(description.fingerprint) \(description.classNames) \(description.settings)"
          .utf8)
      for representation in file.representations {
        contents["about/\(representation.name)"] = Data(CanonicalJSON.text(representation.settings).utf8)
      }
      // The way of other programs, through HDF5 instead of the mapping, must say the same.
      for split in file.stored.splits {
        for features in split.features {
          let name = "\(split.name)/\(features.plan.name)"
          contents["through HDF5: \(name)"] = try features.fetch(rows: split.rows, from: name, of: url.path)
          #expect(contents["through HDF5: \(name)"] == contents[name])
        }
      }
      return contents
    } catch {
      #expect(error is MVError && !"\(error)".contains("\n"), "\(error)")
      return nil
    }
  }

  private func mutated(_ bytes: Data, _ random: inout SeededGenerator) -> Data {
    var bytes = bytes
    for _ in 0...random.integer(below: 4) where bytes.count > 64 {
      // Often in the first kilobytes, where HDF5's own structures are.
      let range = random.chance(0.5) ? min(bytes.count, 4096) : bytes.count
      let place = random.integer(below: range)
      switch random.integer(below: 7) {
      case 0: bytes[place] ^= 1 << UInt8(random.integer(below: 8))
      case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 2: bytes[place] = [0, 0xFF, 0x7F, 0x80][random.integer(below: 4)]
      case 3:
        let length = min(1 + random.integer(below: 64), bytes.count - place)
        for offset in 0..<length { bytes[place + offset] = UInt8(truncatingIfNeeded: random.next()) }
      case 4: bytes = bytes.prefix(max(1, place))
      case 5:
        let length = min(1 + random.integer(below: 256), bytes.count - place)
        bytes.replaceSubrange(place..<place + length, with: [UInt8](repeating: 0, count: length))
      default:
        let from = random.integer(below: bytes.count)
        let length = min(8 + random.integer(below: 64), bytes.count - max(place, from))
        let copy = [UInt8](bytes[from..<from + length])
        bytes.replaceSubrange(place..<place + length, with: copy)
      }
    }
    return bytes
  }

  private func check(_ whole: URL, times: Int, seed: UInt64, in url: URL) throws -> Int {
    let bytes = try Data(contentsOf: whole)
    let expected = try #require(read(whole))
    var random = SeededGenerator(seed: seed)
    var refused = 0
    for attempt in 0..<times {
      try mutated(bytes, &random).write(to: url)
      guard let contents = read(url) else {
        refused += 1
        continue
      }
      #expect(contents == expected, "attempt \(attempt) of seed \(seed)")
    }
    return refused
  }

  @Test func plainFiles() throws {
    let whole = folder.url.appending(path: "whole.h5")
    try SampleFile.write(SampleFile.plan(element: .float16, rows: [40, 12]), to: whole)
    #expect(try check(whole, times: 700, seed: 21, in: folder.url.appending(path: "a.h5")) > 300)
  }

  @Test func compressedFiles() throws {
    let whole = folder.url.appending(path: "whole.h5")
    try SampleFile.write(to: whole)
    try FeatureFilePacking.write(whole, to: whole, compressed: true, overwrite: true)
    #expect(try check(whole, times: 150, seed: 22, in: folder.url.appending(path: "a.h5")) > 60)
  }

  @Test func mergedFiles() throws {
    let plan = SampleFile.plan(rows: [40, 12])
    let parts = try (1...2).map { index in
      try SampleFile.write(
        plan.shard(ShardNumber(index, of: 2)), to: folder.url.appending(path: "part\(index).h5"))
    }
    let whole = folder.url.appending(path: "whole.h5")
    _ = try FeatureFileMerge(of: parts, to: whole).join()
    #expect(try check(whole, times: 150, seed: 23, in: folder.url.appending(path: "a.h5")) > 60)
  }
}
