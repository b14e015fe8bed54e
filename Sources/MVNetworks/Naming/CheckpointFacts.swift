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

  /// Reads the texts of a header; nil where it is none of a checkpoint.
  init?(_ facts: [String: String]) {
    // An export of ours says it all.
    if let text = facts["network"], let made = CanonicalJSON.value(NetworkArchitecture.self, from: text) {
      (architecture, stem) = (made, nil)
      preprocessing = facts["preprocessing"].flatMap { CanonicalJSON.value(Preprocessing.self, from: $0) }
      return
    }
    guard facts["format"] == "mvmr-checkpoint", let text = facts["settings"],
      let settings = CanonicalJSON.value(Settings.self, from: text)
    else { return nil }
    architecture = settings.encoder.flatMap(NetworkReference.init)?.architecture
    stem = settings.stem.flatMap(ResidualConfiguration.Stem.init(rawValue:))
    guard let place = facts["place"].flatMap({ CanonicalJSON.value(Place.self, from: $0) }) else {
      preprocessing = nil
      return
    }
    let side = min(place.imageShape.height, place.imageShape.width)
    let statistics =
      settings.normalization.flatMap(ImageStatistics.init(rawValue:))
      ?? (max(place.imageShape.height, place.imageShape.width) <= 32 ? .cifar : .imagenet)
    preprocessing = .plain(side, statistics)
  }
}
