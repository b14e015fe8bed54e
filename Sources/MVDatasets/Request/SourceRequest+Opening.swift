internal import Foundation
public import MVCore
internal import MVImaging

extension SourceRequest {
  /// Opens the source and hangs on it all that is asked for: the size, then joined splits, then the normalization.
  ///
  /// What is opened says in ``SourceContents/request`` how it was asked for. Throws where the kind is unknown, the data
  /// set is missing or damaged, a split that is to be joined is not there, or images cannot be normalized.
  public func open() throws(MVError) -> any ImageSource {
    var source = try checkedKind().open(self)
    for name in joinedSplits { source = try JoinedSplits(source, joining: name) }
    if normalization != .none { source = try NormalizedSource(source, by: normalization) }
    return RequestedSource(source, as: self)
  }

  /// The kind; throws where it is unknown or ``place`` is not what it takes.
  func checkedKind() throws(MVError) -> Kind {
    guard let kind = Self.kinds.first(where: { $0.name == kind }) else { throw Self.unknownKind(description) }
    guard kind.form.counts.contains(place.count), !place.contains("") else {
      throw .usage(
        "source \(self)", place.isEmpty ? "lacks what comes after the colon" : "does not name \(kind.argument)",
        remedy: "write \(kind.name):\(kind.argument)")
    }
    return kind
  }

  static func unknownKind(_ text: String) -> MVError {
    let isPath = FileManager.default.fileExists(atPath: text)
    return .usage(
      "source \(text)", isPath ? "lacks its kind" : "is of no known kind",
      remedy: isPath ? "write folder:\(text)" : "the kinds are \(kinds.map { "\($0.name):" }.joined(separator: " "))")
  }

  static func absolutePath(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

  var decoding: Decoding { Decoding(honorsOrientation: honorsOrientation) }
  var folder: URL { URL(filePath: place[0]) }
  /// What stands behind the comma.
  var second: URL? { place.count > 1 ? URL(filePath: place[1]) : nil }
}

/// A source that knows how it was asked for.
private struct RequestedSource: ImageSource {
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
}
