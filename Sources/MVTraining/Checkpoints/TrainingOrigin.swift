internal import Foundation
internal import MVCore
public import MVDatasets
internal import MVImaging

/// What a run is trained on, as values, so that the checkpoint alone is enough to go on.
public struct TrainingOrigin: Hashable, Sendable, Codable {
  /// How the images are opened.
  public var source: SourceRequest
  /// The split that is trained on.
  public var split: String
  /// The absolute paths of the feature files, in the order of the loss.
  public var features: [String]
  /// The absolute paths of the teachers' files, by the teacher's name.
  public var teachers: [String: String] = [:]

  /// Creates an origin; paths of feature files may be relative to the working folder.
  public init(source: SourceRequest, split: String, features: [String]) {
    self.source = source
    self.split = split
    self.features = features.map { URL(filePath: $0).standardizedFileURL.path }
  }

  /// Whether both name the same images and files, however those were written.
  func isSame(as other: TrainingOrigin) -> Bool {
    func resolved(_ origin: TrainingOrigin) -> TrainingOrigin {
      var origin = origin
      if !origin.source.paths.isEmpty { origin.source.place = origin.source.paths }
      return origin
    }
    return resolved(self) == resolved(other)
  }
}
