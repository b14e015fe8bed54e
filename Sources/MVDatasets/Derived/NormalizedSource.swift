public import MVCore
public import MVImaging

/// Another source with each channel normalized, (v / 255 - mean) / deviation: float pixels, as the released code of
/// MV-MR takes its representations of.
public struct NormalizedSource: ImageSource {
  /// What the source holds.
  public let contents: SourceContents
  private let base: any ImageSource
  private let statistics: ImageStatistics

  /// Wraps `base`; throws where a split has other images than 8-bit RGB.
  public init(_ base: any ImageSource, by statistics: ImageStatistics) throws(MVError) {
    self.base = base
    self.statistics = statistics
    for split in base.splits where split.hasFloatPixels || split.shape.channels != 3 {
      throw .usage(
        "normalize=\(statistics.rawValue)", "takes 8-bit RGB images, split \(split.name) has others",
        remedy: "leave it out")
    }
    let splits = base.splits.map {
      SourceSplit(name: $0.name, shape: $0.shape, hasFloatPixels: true, labels: $0.labels, ids: $0.ids)
    }
    contents = base.contents.changed(by: .normalized(statistics), splits: splits)
  }

  /// Reads and normalizes the images of `rows`; throws as the source does, and where pixels are floats already.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let batch = try base.images(rows, of: try base.split(split.name))
    guard case .uint8(let bytes) = batch.pixels else {
      throw .badData(contents.location, "has float images", remedy: "leave normalize out")
    }
    let tables = zip(statistics.mean, statistics.deviation).map { mean, deviation in
      (0..<256).map { (Float($0) / 255 - mean) / deviation }
    }
    let floats = try LargeArray.make(bytes.count, for: "images of \(contents.location)") {
      (buffer: UnsafeMutableBufferPointer<Float>) in
      for (place, byte) in bytes.enumerated() { buffer[place] = tables[place % 3][Int(byte)] }
    }
    return ImageBatch(count: batch.count, shape: batch.shape, pixels: .float32(floats))
  }
}

extension NormalizedSource: PhotographSource {
  /// The image that a row is made of.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    (base as? any PhotographSource)?.photograph(of: row, in: split)
  }
}
