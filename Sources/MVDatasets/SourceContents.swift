/// What a source holds: its splits, its classes, and where it came from.
public struct SourceContents: Hashable, Sendable {
  /// The kind of source, for example `cifar10`.
  public var name: String
  /// Where it is, as errors and provenance name it.
  public var location: String
  /// The name of each class, by label; empty where the source does not say.
  public var classNames: [String]
  /// The splits, in the source's own order.
  public var splits: [SourceSplit]
  /// How the source was asked for, which a feature file records; nil where it was not opened by a request.
  public var request: SourceRequest?
  /// A text that changes when the images, their order or their labels change (names, sizes and times; not pixels).
  public var fingerprint: String
  /// What a user should know, one line each: missing batches, files that are no images.
  public var notices: [String]

  /// Describes a source.
  public init(
    name: String, location: String, classNames: [String] = [], splits: [SourceSplit], fingerprint: String,
    notices: [String] = [], request: SourceRequest? = nil
  ) {
    self.name = name
    self.location = location
    self.classNames = classNames
    self.splits = splits
    self.fingerprint = fingerprint
    self.notices = notices
    self.request = request
  }
}
