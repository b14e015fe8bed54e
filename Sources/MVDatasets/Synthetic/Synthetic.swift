public import MVCore

/// A built-in, seeded set of drawn images of ten classes, which no single representation tells apart.
///
/// A class is a combination of four traits: color of the grain, orientation of a grating, fine pattern, and outline.
/// Some pairs of classes differ in one trait only: 0 and 1, 2 and 3 in color, 4 and 5 in outline, 6 and 7 in pattern, 8
/// and 9 in orientation. Image `i` of a split depends only on the seed, the split and `i`.
public struct Synthetic: ImageSource {
  /// What the source holds: splits, class names, place.
  public let contents: SourceContents
  private let seed: UInt64

  /// Creates a set with `count` train images and a quarter as many test images (at least ten), their classes in turn.
  ///
  /// Throws a usage error for fewer than 20 or more than ten million images, or for sides below 16 pixels.
  public init(count: Int = 2000, size: ImageSize = ImageSize(height: 32, width: 32), seed: UInt64 = 0) throws(MVError) {
    guard (20...10_000_000).contains(count) else {
      throw .usage("synthetic:\(count)", "is not a number of images", remedy: "give 20 to 10000000")
    }
    guard size.height >= 16, size.width >= 16 else {
      throw .usage("size \(size)", "is too small for the synthetic images", remedy: "give at least 16x16")
    }
    self.seed = seed
    let shape = ImageShape(height: size.height, width: size.width, channels: 3)
    let splits = [("train", count), ("test", max(10, count / 4))].map { name, count in
      SourceSplit(
        name: name, shape: shape, labels: .single((0..<count).map { Int64($0 % SyntheticTraits.classes.count) }),
        ids: (0..<count).lazy.map { "synthetic/\(name)/\($0)" })
    }
    contents = SourceContents(
      name: "synthetic", location: "synthetic:\(count)", classNames: SyntheticTraits.classes.map(\.name),
      splits: splits,
      fingerprint: "synthetic-1 seed \(seed) count \(count) size \(size)")
  }

  /// Draws the images of `rows`; never throws.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows.count * split.shape.count)
    for row in rows {
      let traits = SyntheticTraits.classes[row % SyntheticTraits.classes.count]
      let splitKey: UInt64 = split.name == "train" ? 0 : 1
      var random = SeededGenerator(seed: seed, keys: splitKey, UInt64(row))
      pixels += SyntheticDrawing(traits, &random).pixels(split.shape)
    }
    return ImageBatch(count: rows.count, shape: split.shape, pixels: .uint8(pixels))
  }
}
