public import MVCore

/// A labelled set of images of one shape, in splits, read in batches.
public protocol ImageSource: Sendable {
  /// The kind of source, for example `cifar10`.
  var name: String { get }
  /// Where it is, as errors and provenance name it.
  var location: String { get }
  /// The name of each class, by label; empty where the source does not say.
  var classNames: [String] { get }
  /// The splits, in the source's own order.
  var splits: [SourceSplit] { get }
  /// A text that changes when the images, their order or their labels change (sizes, times and names; not pixels).
  var fingerprint: String { get }

  /// Reads the images of `rows` of a split, all of ``SourceSplit/shape``.
  ///
  /// Throws an error that names the file or record where one cannot be read.
  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch
}

/// One split of a source: how many images, of which shape, with which labels.
public struct SourceSplit: Hashable, Sendable {
  /// For example `train`.
  public let name: String
  /// The shape of every image.
  public let shape: ImageShape
  /// One label, or one row of labels, an image.
  public let labels: Labels
  /// Where each image came from, for example a path below the source's folder.
  public let ids: [String]

  /// The number of images.
  public var count: Int { ids.count }

  /// Creates a split; labels and ids must be equally many.
  public init(name: String, shape: ImageShape, labels: Labels, ids: [String]) {
    precondition(labels.count == ids.count, "one label an image")
    self.name = name
    self.shape = shape
    self.labels = labels
    self.ids = ids
  }
}
