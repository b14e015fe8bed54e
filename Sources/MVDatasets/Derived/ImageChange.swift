internal import MVCore
public import MVImaging

/// What a source that wraps another does to the images.
enum ImageChange {
  case resized(Framing)
  case joined(String)
  case normalized(ImageStatistics)
  /// So many rows of each split are drawn.
  case limited(Int)
  /// Some rows are left out, which no request can say.
  case selected

  /// What it adds to the fingerprint: files of version 0.1 hold this text, in this spelling.
  fileprivate var mark: String {
    switch self {
    case .resized(let framing): " size \(framing)"
    // Which rows there are is told by their ids.
    case .joined, .limited, .selected: ""
    case .normalized(let statistics): " normalised \(statistics.rawValue)"
    }
  }
}

extension SourceContents {
  /// What a source that wraps this one holds: the splits given, a fingerprint of its own, and a request that says the
  /// change.
  ///
  /// The request is lost where it cannot say it, as of two sizes one after the other.
  func changed(by change: ImageChange, splits: [SourceSplit]) -> SourceContents {
    var contents = self
    contents.splits = splits
    contents.fingerprint += change.mark
    guard var request, request.normalization == .none || change.mark.isEmpty else {
      contents.request = nil
      return contents
    }
    switch change {
    case .resized(let framing) where request.size == nil: request.framing = framing
    case .joined(let name): request.joinedSplits.append(name)
    case .limited(let count) where request.limit == nil: request.limit = count
    case .normalized(let statistics) where statistics != .none: request.normalization = statistics
    default:
      contents.request = nil
      return contents
    }
    contents.request = request
    return contents
  }

  /// The fingerprint that these images have once they are normalized by `statistics`.
  public func fingerprint(normalizedBy statistics: ImageStatistics) -> String {
    changed(by: .normalized(statistics), splits: []).fingerprint
  }

  /// Whether a fingerprint is of these images, as they are or normalized.
  public func hasImages(of fingerprint: String) -> Bool {
    self.fingerprint == fingerprint
      || ImageStatistics.allCases.contains { self.fingerprint(normalizedBy: $0) == fingerprint }
  }
}
