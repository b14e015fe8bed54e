public import MVCore

/// Another source with one more split, `train+unlabeled` for example: the images of one split, then those of the next.
public struct JoinedSplits: ImageSource {
  /// What the source holds.
  public let contents: SourceContents
  private let base: any ImageSource
  private let name: String
  private let parts: [SourceSplit]

  /// Wraps `base`; `name` is split names joined by `+`.
  ///
  /// Throws where one of them is not there, is named twice, or their images differ in shape or kind.
  public init(_ base: any ImageSource, joining name: String) throws(MVError) {
    let names = name.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    let parts = try names.map { (name) throws(MVError) in try base.split(name) }
    guard let first = parts.first, Set(names).count == names.count else {
      throw .usage("split \(name)", "names one split twice", remedy: "join different splits")
    }
    var labels: [Int64] = []
    for part in parts {
      guard part.shape == first.shape, part.hasFloatPixels == first.hasFloatPixels, case .single(let own) = part.labels
      else {
        throw .usage(
          "split \(name)", "joins \(first.name) and \(part.name), whose images or labels are of other kinds",
          remedy: "join splits of one kind")
      }
      labels += own
    }
    self.base = base
    self.name = name
    self.parts = parts
    let joined = SourceSplit(
      name: name, shape: first.shape, hasFloatPixels: first.hasFloatPixels, labels: .single(labels),
      ids: PackedStrings(joining: parts.map(\.ids)))
    contents = base.contents.changed(by: .joined(name), splits: base.splits + [joined])
  }

  /// Reads images of a split of the source, or of the joined one; throws as the source does.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    guard split.name == name else { return try base.images(rows, of: split) }
    var images: [Image] = []
    var start = 0
    for part in parts {
      let own = rows.clamped(to: start..<start + part.count)
      if !own.isEmpty {
        let batch = try base.images(own.lowerBound - start..<own.upperBound - start, of: part)
        if own == rows { return batch }
        for index in 0..<batch.count { images.append(batch[index]) }
      }
      start += part.count
    }
    return try ImageBatch(images)
  }
}

extension JoinedSplits: PhotographSource {
  /// The image that a row is made of.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    guard let base = base as? any PhotographSource else { return nil }
    guard split.name == name else { return base.photograph(of: row, in: split) }
    var row = row
    for part in parts {
      if row < part.count { return base.photograph(of: row, in: part) }
      row -= part.count
    }
    return nil
  }
}
