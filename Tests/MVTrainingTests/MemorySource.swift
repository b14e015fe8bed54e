import MVCore
import MVDatasets

/// Images of random pixels around a level of their class, in memory.
struct MemorySource: ImageSource {
  let contents: SourceContents
  private let pixels: [String: [UInt8]]

  /// Splits of labels; ids are `SPLIT/classN/SPLIT_ROW.png`.
  init(_ splits: [(name: String, labels: [Int64])], classNames: [String] = ["red", "green", "blue"], side: Int = 12) {
    let shape = ImageShape(height: side, width: side, channels: 3)
    var pixels: [String: [UInt8]] = [:]
    var made: [SourceSplit] = []
    for (name, labels) in splits {
      var generator = SeededGenerator(seed: 5, keys: UInt64(name.count))
      var bytes: [UInt8] = []
      for label in labels {
        for _ in 0..<side * side {
          for channel in 0..<3 {
            let level = max(label, 0) == Int64(channel) ? 150 : 60
            bytes.append(UInt8(level + generator.integer(below: 60)))
          }
        }
      }
      pixels[name] = bytes
      let ids = labels.indices.map { "\(name)/class\(labels[$0])/\(name)_\($0).png" }
      made.append(SourceSplit(name: name, shape: shape, labels: .single(labels), ids: ids))
    }
    self.pixels = pixels
    contents = SourceContents(
      name: "memory", location: "memory", classNames: classNames, splits: made, fingerprint: "memory")
  }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let size = split.shape.count
    let bytes = (pixels[split.name] ?? [])[rows.lowerBound * size..<rows.upperBound * size]
    return ImageBatch(count: rows.count, shape: split.shape, pixels: .uint8(Array(bytes)))
  }
}
