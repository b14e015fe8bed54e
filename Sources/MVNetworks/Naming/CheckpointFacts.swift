internal import Foundation
internal import MVCore
internal import MVFiles
internal import MVImaging

/// What the header of a checkpoint or an export of ours says of its network.
struct CheckpointFacts {
  /// The structure that the encoder was given, where that was one of the catalogue's or of a file's.
  let architecture: NetworkArchitecture?
  /// The first layers of the encoder; nil where the kind of encoder decides.
  let stem: ResidualConfiguration.Stem?
  /// What its images went through.
  let preprocessing: Preprocessing?

  private struct Settings: Decodable {
    let encoder: String?
    let stem: String?
    let normalization: String?
  }

  private struct Place: Decodable { let imageShape: ImageShape }

  /// What the run is trained on: of the request of its images, how they are framed.
  private struct Origin: Decodable {
    let framing: Framing?

    private enum CodingKeys: String, CodingKey { case source }
    private enum SourceKeys: String, CodingKey { case size }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let source = try container.nestedContainer(keyedBy: SourceKeys.self, forKey: .source)
      framing = source.contains(.size) ? try container.decode(Framing.self, forKey: .source) : nil
    }
  }

  /// Reads the texts of a header; nil where it is none of a checkpoint.
  ///
  /// Throws, naming the file at `path`, where it says of its images what cannot be.
  init?(_ facts: [String: String], of path: String) throws(MVError) {
    // An export of ours says it all.
    if let text = facts["network"], let made = CanonicalJSON.value(NetworkArchitecture.self, from: text) {
      (architecture, stem) = (made, nil)
      preprocessing = try Self.value(Preprocessing.self, "preprocessing", of: facts, path)
      return
    }
    guard facts["format"] == "mvmr-checkpoint", let text = facts["settings"],
      let settings = CanonicalJSON.value(Settings.self, from: text)
    else { return nil }
    architecture = settings.encoder.flatMap(NetworkReference.init)?.architecture
    stem = settings.stem.flatMap(ResidualConfiguration.Stem.init(rawValue:))
    guard let place = try Self.value(Place.self, "place", of: facts, path) else {
      preprocessing = nil
      return
    }
    let size = ImageSize(height: place.imageShape.height, width: place.imageShape.width)
    let origin = try Self.value(Origin.self, "origin", of: facts, path)
    let statistics =
      settings.normalization.flatMap(ImageStatistics.init(rawValue:))
      ?? (max(size.height, size.width) <= 32 ? .cifar : .imagenet)
    preprocessing = Preprocessing(
      framing: Framing(trainedOn: size, asked: origin?.framing), mean: statistics.mean, deviation: statistics.deviation)
  }

  /// What the header's text `key` says; nil where there is no such text.
  ///
  /// Throws where it cannot be read, or what it says cannot be: a stranger may have written it.
  private static func value<Value: Decodable>(
    _ type: Value.Type, _ key: String, of facts: [String: String], _ path: String
  ) throws(MVError) -> Value? {
    guard let text = facts[key] else { return nil }
    var problem = "has a header whose \(key) cannot be read"
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      problem = "has a header whose \(key) cannot be: \(context.debugDescription)"
    } catch {}
    throw .badData(path, problem, remedy: "download the file or write it again")
  }
}
