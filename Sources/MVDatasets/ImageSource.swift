public import MVCore

/// A labeled set of images, in splits of one shape each, read in batches.
///
///     let source = try SourceRequest(parsing: "folder:photos").open()
///     let split = try source.split("train")
///     let images = try source.images(0..<64, of: split)
///
/// `Snippets/own-source.swift` is a source of one's own.
public protocol ImageSource: Sendable {
  /// What the source holds: splits, class names, place.
  var contents: SourceContents { get }

  /// Reads the images of `rows` of a split; each has ``SourceSplit/shape``.
  ///
  /// Throws an error that names the file or record that cannot be read.
  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch
}

extension ImageSource {
  /// The splits, in the source's own order.
  public var splits: [SourceSplit] { contents.splits }

  /// The split called `name`; throws a usage error that lists the splits there are.
  public func split(_ name: String) throws(MVError) -> SourceSplit {
    if let split = splits.first(where: { ExactText($0.name) == ExactText(name) }) { return split }
    throw .usage(
      "split \(name)", "is not in \(contents.location)",
      remedy: "it has \(splits.map(\.name).joined(separator: ", "))")
  }
}
