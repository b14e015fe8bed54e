public import Foundation
internal import MVCore
public import MVDatasets
public import MVStore

/// Which images are embedded into which feature file, and how they are stored there.
public struct EmbeddingJob: Sendable {
  /// Where the images come from.
  public var source: any ImageSource
  /// The feature file.
  public var output: URL
  /// The splits to embed, in the order of the file; nil for all that the source has.
  public var splits: [String]?
  /// The part of the rows of each split to embed; nil for all.
  public var shard: ShardNumber?
  /// Views of the training images to embed besides; nil for the plain images alone.
  public var crops: EmbeddingCrops?
  /// The name of the rows in the file; nil for `embedding`, or a teacher's own.
  public var name: String?
  /// How the values are stored.
  public var element = ElementType.float32
  /// Leave out images that cannot be read, instead of ending with the first one: their rows are marked as skipped.
  public var skipsBadImages = false
  /// Replace the file that stands at ``output``.
  public var overwrite = false
  /// Versions, the command line and the like, recorded in the file.
  public var software: [String: String] = [:]
  /// Is told what a user should know before the work, line by line.
  public var notice: @Sendable (String) -> Void = { _ in }

  /// Describes the embedding of every image of a source; everything else is a property.
  public init(of source: any ImageSource, to output: URL) {
    self.source = source
    self.output = output
  }
}
