public import MVCore

/// One split of a source: its images' number, shape, labels and ids.
public struct SourceSplit: Hashable, Sendable {
  /// The split's name, for example `train`.
  public let name: String
  /// The shape of every image.
  public let shape: ImageShape
  /// Whether pixels are floats; otherwise they are bytes.
  public let hasFloatPixels: Bool
  /// The labels: one, or one row of them, per image.
  public let labels: Labels
  /// The origin of each image, for example a path inside the source's folder.
  public let ids: PackedStrings

  /// The number of images.
  public var count: Int { ids.count }

  /// Creates a split; `labels` and `ids` must have one entry per image.
  public init(
    name: String, shape: ImageShape, hasFloatPixels: Bool = false, labels: Labels, ids: some Collection<String>
  ) {
    let ids = PackedStrings(ids)
    precondition(labels.count == ids.count, "one label an image")
    self.name = name
    self.shape = shape
    self.hasFloatPixels = hasFloatPixels
    self.labels = labels
    self.ids = ids
  }
}
