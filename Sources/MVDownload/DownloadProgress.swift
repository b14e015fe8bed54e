public import MVCore

/// How far the download of a data set has come.
public struct DownloadProgress: Hashable, Sendable {
  /// The file that is being fetched.
  public let file: PublishedFile
  /// Its bytes.
  public let bytes: RunProgress
}
