import Foundation
import MVCore
import TestSupport

@testable import MVStore

/// A small plan and the values that go with it, a pure function of row and column.
enum SampleFile {
  /// Written by a version to come, with keys that this one does not know.
  static let source = SourceRecord(json: #"{"kind":"folder","place":["sample"],"turns":[1,0.5,null,{"a":true}]}"#)

  static func plan(
    element: ElementType = .float32, rows: [Int] = [23, 10], blockRows: Int = 4, multiLabel: Bool = false
  ) -> FeatureFilePlan {
    FeatureFilePlan(
      dataset: "sample", location: "/data/sample", source: source, fingerprint: "sample-1",
      classNames: ["chat", "Bär", "犬"],
      settings: ["height": .int(8)], software: ["mvmr": "test"], element: element, blockRows: blockRows,
      splits: zip(["train", "test"], rows).map { name, count in
        SplitPlan(
          name: name,
          labels: multiLabel
            ? .multi((0..<count * 3).map { [0, 1, 255][($0 * $0) % 3] }, classes: 3)
            : .single((0..<count).map { Int64($0 % 4) - 1 }),
          ids: (0..<count).map { "\(name)/Straße \($0 * $0).png" })
      },
      representations: [
        RepresentationPlan(
          name: "hog", representation: "hog",
          settings: ["cell": .int(8), "clip": .double(0.2), "sketch": .int(0), "norm": .string("l2-hys")],
          shape: [3, 5], axes: ["cell", "orientation"], labels: ["orientation": ["0", "36", "72", "108", "144"]]),
        RepresentationPlan(
          name: "small", representation: "color", settings: ["sketch": .int(7)], shape: [7], axes: ["column"]),
      ])
  }

  /// The rows of one representation; multiples of 1/8 below 2^11/8, which float16 holds exactly.
  static func values(_ name: String, _ rows: Range<Int>, columns: Int) -> [Float] {
    rows.flatMap { row in
      (0..<columns).map { column in Float((row * 31 + column * 17 + name.utf8.count * 5) % 2048 - 1024) / 8 }
    }
  }

  /// Writes `count` of the missing blocks, or all.
  static func fill(_ writer: FeatureFileWriter, blocks count: Int = .max) throws {
    for block in writer.missingBlocks.prefix(count) { try fill(writer, block) }
  }

  static func fill(_ writer: FeatureFileWriter, _ block: FeatureBlock) throws {
    for column in block.missing {
      let (name, columns) = (writer.plan.representations[column].name, writer.plan.representations[column].columns)
      let start = try writer.plan.shard?.start(of: writer.plan.splits[block.splitIndex].name) ?? 0
      var values = values(name, block.rows.lowerBound + start..<block.rows.upperBound + start, columns: columns)
      for row in writer.skippedRows(of: block.splitIndex) where block.rows.contains(row) {
        for place in 0..<columns { values[(row - block.rows.lowerBound) * columns + place] = .nan }
      }
      try writer.write(values, of: column, to: block)
    }
  }

  /// A whole file.
  @discardableResult
  static func write(_ plan: FeatureFilePlan = plan(), to url: URL) throws -> URL {
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    try fill(writer)
    try writer.finish()
    return url
  }

  /// The bytes of every data set, by name.
  static func contents(_ url: URL) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for split in try FeatureFile(reading: url).splits {
      let stored = split.stored
      contents["\(split.name)/ids"] = Data(stored.ids.bytes)
      contents["\(split.name)/labels"] =
        switch stored.labels {
        case .single(let values): values.withUnsafeBytes { Data($0) }
        case .multi(let values, _): Data(values)
        }
      contents["\(split.name)/.done"] = Data(stored.done)
      contents["\(split.name)/.skipped"] = Data(stored.skipped)
      contents["\(split.name)/.crc"] = stored.sums.withUnsafeBytes { Data($0) }
      for representation in split.representations {
        contents["\(split.name)/\(representation.name)"] =
          try split.features(representation.name, allowingMissing: true).pieces.reduce(Data()) { $0 + $1.bytes }
      }
    }
    return contents
  }

  /// The error that `body` throws, or nil.
  static func error(of body: () throws -> Void) -> MVError? {
    do {
      try body()
      return nil
    } catch {
      return error as? MVError
    }
  }

  /// Changes one byte of a file.
  static func flip(_ url: URL, at offset: Int, mask: UInt8 = 0x10) throws {
    let handle = try FileHandle(forUpdating: url)
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(offset))
    let byte = try handle.read(upToCount: 1)![0]
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: [byte ^ mask])
  }
}
