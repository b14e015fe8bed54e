internal import Foundation
public import MVCore
internal import MVFiles
internal import MVImaging

extension SourceRequest {
  /// Opens the source and hangs on it all that is asked for: size, joined splits, limit, normalization.
  ///
  /// What is opened says in ``SourceContents/request`` how it was asked for. Throws where the kind is unknown, the data
  /// set is missing or damaged, images would be brought to more pixels than a file may have, a split that is to be
  /// joined is not there, or images cannot be normalized.
  public func open() throws(MVError) -> any ImageSource {
    try framing?.check()
    // A size that a file records may be anything; pictures of a gigapixel take minutes each.
    if let size, Checked.product(size.height, size.width).map({ $0 > decoding.pixelLimit }) ?? true {
      throw .usage(
        "size \(size)", "is more than \(decoding.pixelLimit) pixels an image",
        remedy: "give a smaller --size, or --max-pixels N")
    }
    guard size != nil || (resize == nil && interpolation == .bilinear && !stretches) else {
      throw .usage(
        resize.map { "resize \($0)" } ?? (stretches ? "stretch" : "interpolation \(interpolation.rawValue)"),
        "has no size to bring images to", remedy: "give --size HxW too")
    }
    var source = try checkedKind().open(self)
    for name in joinedSplits { source = try JoinedSplits(source, joining: name) }
    if let limit { source = try SelectedRows(source, limit: limit) }
    if normalization != .none { source = try NormalizedSource(source, by: normalization) }
    return RequestedSource(source, as: self)
  }

  /// The kind; throws where it is unknown or ``place`` is not what it takes.
  func checkedKind() throws(MVError) -> Kind {
    guard let kind = Self.kinds.first(where: { $0.name == kind }) else { throw Self.unknownKind(description) }
    let isNamed = kind.form == .folders && !splitNames.isEmpty
    let fits = isNamed ? splitNames.count == place.count : kind.form.counts.contains(place.count) && splitNames.isEmpty
    guard fits, !place.contains(""), !splitNames.contains("") else {
      throw .usage(
        "source \(self)", place.isEmpty ? "lacks what comes after the colon" : "does not name \(kind.argument)",
        remedy: "write \(kind.name):\(kind.argument)")
    }
    guard layout == nil || (kind.form == .folders && place.count == 1 && !isNamed) else {
      throw .usage(
        "layout \(layout?.rawValue ?? "")", "is for folder:DIR, which \(self) is not", remedy: "leave it out")
    }
    return kind
  }

  /// Whether its images are files that are decoded; those of a kind that is not known may be.
  public var holdsImageFiles: Bool { Self.kinds.first { $0.name == kind }?.holdsImageFiles ?? true }

  static func unknownKind(_ text: String) -> MVError {
    let isPath = SystemPath(text).status != nil
    return .usage(
      "source \(text)", isPath ? "lacks its kind" : "is of no known kind",
      remedy: isPath ? "write folder:\(text)" : "the kinds are \(kinds.map { "\($0.name):" }.joined(separator: " "))")
  }

  var folder: URL { Self.url(place[0]) }
  /// What stands behind the comma.
  var second: URL? { place.count > 1 ? Self.url(place[1]) : nil }

  /// A place as the system finds it: a URL of itself would take `..` behind a link for the folder that the link is in.
  static func url(_ path: String) -> URL { URL(filePath: SystemPath.absolute(path)) }
}

/// A source that knows how it was asked for.
private struct RequestedSource: PhotographSource {
  let contents: SourceContents
  private let base: any ImageSource

  init(_ base: any ImageSource, as request: SourceRequest) {
    self.base = base
    var contents = base.contents
    contents.request = request
    self.contents = contents
  }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try base.images(rows, of: split)
  }

  func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    (base as? any PhotographSource)?.photograph(of: row, in: split)
  }
}
