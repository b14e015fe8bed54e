public import MVCore

/// One split of a source: how many images, of which shape, with which labels.
public struct SourceSplit: Hashable, Sendable {
  /// For example `train`.
  public let name: String
  /// The shape of every image.
  public let shape: ImageShape
  /// Whether pixels are floats, not bytes.
  public let hasFloatPixels: Bool
  /// One label, or one row of labels, an image.
  public let labels: Labels
  /// Where each image came from, for example a path below the source's folder.
  public let ids: PackedStrings

  /// The number of images.
  public var count: Int { ids.count }

  /// Creates a split; labels and ids must be equally many.
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
