internal import Foundation
public import MVCore
public import MVDatasets
internal import MVFiles
internal import MVImaging
public import MVStore

/// Where a feature file says its images are: requests to try, the likeliest first.
///
/// A file records the request that its images came from. Files of version 0.1 record none: there the kind of the data
/// set, its place and the size of the images leave a few to try.
public struct RecordedSource: Hashable, Sendable {
  /// The requests, each once.
  ///
  /// They are of images as people look at them, never normalized.
  public let candidates: [SourceRequest]

  /// Reads what `file` records; throws where what it records is of a newer version, or damaged.
  public init(of file: FeatureFileDescription) throws(MVError) {
    let folder = URL(filePath: file.path).deletingLastPathComponent().path
    var recorded: [SourceRequest] = []
    if let request = try file.source(as: SourceRequest.self) {
      recorded = [request]
    } else {
      let text = file.location.hasPrefix("\(file.dataset):") ? file.location : "\(file.dataset):\(file.location)"
      if var request = try? SourceRequest(parsing: text) {
        request.joinedSplits = file.joinedSplits
        recorded = RecordedSource.guesses(request, size: file.imageSize)
      }
    }
    candidates = recorded.map { request in
      var request = request
      request.normalization = .none
      return request
    }.flatMap { $0.candidates(near: folder) }
  }

  /// Throws where `file` is not of this user, and may name places that it was not made of.
  public static func check(_ file: FeatureFile, isOf user: UInt32? = nil) throws(MVError) {
    guard let status = SystemPath(file.url.path).status, user.map({ $0 == status.user }) ?? status.isOfThisUser else {
      throw .usage(
        file.url.path,
        "is of another user: images are not read from the place that it names, \(file.description.location)",
        remedy: "name the images yourself")
    }
  }

  /// Throws where a place is a pipe or a device: a file may name any, and one that is waited for would never end.
  private static func checkPlaces(of candidate: SourceRequest) throws(MVError) {
    for path in candidate.paths {
      var status = stat()
      guard stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { continue }
      throw .usage(path, "is a pipe or a device, not images", remedy: "name the images yourself")
    }
  }

  /// What a file without a request may have been made by: images of their own or the recorded size, turned or not.
  static func guesses(_ request: SourceRequest, size: ImageSize?) -> [SourceRequest] {
    [false, true].flatMap { exif in
      (size == nil ? [nil] : [nil, size]).map { size in
        var request = request
        request.size = size
        request.decoding.honorsOrientation = exif
        return request
      }
    }
  }

  /// The first candidate that opens as just what the file was made from, by its fingerprint; or why there is none.
  ///
  /// Else the first that opens, which may be a copy or written since: its ids and labels are still to be compared.
  public func open(fingerprint: String) -> Result<any ImageSource, MVError> {
    var first: MVError?
    var opened: (any ImageSource)?
    for candidate in candidates {
      do throws(MVError) {
        try Self.checkPlaces(of: candidate)
        let source = try candidate.open()
        if source.contents.hasImages(of: fingerprint) { return .success(source) }
        opened = opened ?? source
      } catch { first = first ?? error }
    }
    if let opened { return .success(opened) }
    return .failure(first ?? .missingInput("source", "is not recorded in the file"))
  }
}

extension FeatureFileDescription {
  /// The splits that were made out of others.
  var joinedSplits: [String] { splits.map(\.name).filter { $0.contains("+") } }

  /// The size of the images that the rows were computed of, as the settings record it.
  var imageSize: ImageSize? {
    guard case .int(let height) = settings["height"], case .int(let width) = settings["width"],
      (1...32768).contains(height), (1...32768).contains(width)
    else { return nil }
    return ImageSize(height: height, width: width)
  }
}
