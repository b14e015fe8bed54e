import MVCore
import MVDatasets
import Synchronization

/// Images drawn from their row, in two splits; some may be bad.
final class CountingSource: ImageSource {
  let contents: SourceContents
  let bad: Set<Int>
  let usesFloats: Bool
  /// Rows that were read in all.
  let reads = Atomic<Int>(0)

  init(
    rows: [Int] = [1000, 300], bad: Set<Int> = [], usesFloats: Bool = false, fingerprint: String = "1", side: Int = 4
  ) {
    self.bad = bad
    self.usesFloats = usesFloats
    let splits = zip(["train", "test"], rows).map { name, count in
      SourceSplit(
        name: name, shape: ImageShape(height: side, width: side, channels: 3),
        labels: .single((0..<count).map { Int64($0 % 2) }), ids: (0..<count).map { "\(name)/\($0).png" })
    }
    contents = SourceContents(
      name: "counting", location: "/data/counting", classNames: ["even", "odd"], splits: splits,
      fingerprint: fingerprint)
  }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    if let row = rows.first(where: bad.contains), split.name == "train" {
      guard usesFloats else { throw .badData("train/\(row).png", "is not an image", remedy: "remove it") }
    }
    reads.add(rows.count, ordering: .relaxed)
    let seed = split.name == "train" ? 3 : 11
    let values = rows.flatMap { row in (0..<split.shape.count).map { (row * 7 + $0 * 5 + seed) % 256 } }
    var floats = values.map { Float($0) / 255 }
    if usesFloats, split.name == "train" {
      for row in rows where bad.contains(row) { floats[(row - rows.lowerBound) * split.shape.count + 1] = .nan }
    }
    return ImageBatch(
      count: rows.count, shape: split.shape, pixels: usesFloats ? .float32(floats) : .uint8(values.map { UInt8($0) }))
  }
}
