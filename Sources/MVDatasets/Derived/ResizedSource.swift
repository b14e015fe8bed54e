public import MVCore
public import MVImaging

/// Another source with its images scaled and cut to one size.
public struct ResizedSource: ImageSource {
  /// What the source holds.
  public let contents: SourceContents
  private let base: any ImageSource
  private let framing: Framing

  /// Wraps `base`; 8-bit images only.
  public init(_ base: any ImageSource, framing: Framing) {
    self.base = base
    self.framing = framing
    let size = framing.size
    let splits = base.splits.map {
      SourceSplit(
        name: $0.name, shape: ImageShape(height: size.height, width: size.width, channels: $0.shape.channels),
        hasFloatPixels: $0.hasFloatPixels, labels: $0.labels, ids: $0.ids)
    }
    contents = base.contents.changed(by: .resized(framing), splits: splits)
  }

  /// Reads and resizes the images of `rows`; throws as the source does, and where pixels are not 8-bit.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let batch = try base.images(rows, of: try base.split(split.name))
    var images: [Image] = []
    try LargeArray.check(batch.shape.count, for: "an image of \(contents.location)")
    for row in 0..<batch.count { images.append(try batch[row].framed(framing)) }
    return try ImageBatch(images)
  }
}

extension ResizedSource: PhotographSource {
  /// The image that a row is made of.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    guard let own = try? base.split(split.name), !own.hasFloatPixels else { return nil }
    return Photograph(row: row, of: own, in: base, framing: framing)
  }
}
