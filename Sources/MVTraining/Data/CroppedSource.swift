internal import MVCore
internal import MVDatasets
internal import MVImaging
internal import MVNetworks
internal import MVStore

/// Another source with splits of random views of one split's images, as ``EmbeddingCrops`` asks for.
///
/// A view depends on the seed, its number and the row alone, so that a run which was stopped goes on to the same bit.
struct CroppedSource: ImageSource {
  let contents: SourceContents
  private let base: any ImageSource
  private let crops: EmbeddingCrops
  private let from: SourceSplit
  private let policy: AugmentationPolicy

  /// Wraps `base`; throws where it lacks the split, or its images are not 8-bit.
  init(_ base: any ImageSource, _ crops: EmbeddingCrops) throws(MVError) {
    self.base = base
    self.crops = crops
    let split = try base.split(crops.split)
    guard !split.hasFloatPixels else {
      throw .usage("crops of \(split.name)", "want 8-bit images, these are floats", remedy: "leave crops out")
    }
    from = split
    policy = AugmentationPolicy(
      crops.policy, size: ImageSize(height: split.shape.height, width: split.shape.width))
    var contents = base.contents
    let shape = try split.shape.inColor(contents.location)
    contents.splits += (0..<crops.count).map { number in
      SourceSplit(
        name: CropSplit.name(number + 1, of: split.name), shape: shape, labels: split.labels, ids: split.ids)
    }
    self.contents = contents
  }

  /// The splits of crops.
  var cropSplits: [SourceSplit] { Array(splits.suffix(crops.count)) }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    guard let number = cropSplits.firstIndex(where: { $0.name == split.name }) else {
      return try base.images(rows, of: split)
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows.count * split.shape.count)
    let images = TrainingImages(reading: from, of: base, shape: split.shape)
    for row in rows {
      var generator = SeededGenerator(
        seed: UInt64(crops.seed), keys: RandomStream.crop.rawValue, UInt64(number), UInt64(row))
      pixels += try images.sample(row, severalViews: false).view(policy, from: .photograph, using: &generator).pixels
    }
    return ImageBatch(count: rows.count, shape: split.shape, pixels: .uint8(pixels))
  }
}
