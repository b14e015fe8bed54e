internal import MVCore
internal import MVFiles
internal import MVImaging

/// What the header of a checkpoint of ours says of its encoder, which MVTraining wrote.
struct CheckpointFacts {
  /// The first layers of the encoder; nil where the kind of encoder decides.
  let stem: EncoderArchitecture.Stem?
  /// What its images went through.
  let preprocessing: Preprocessing?

  private struct Settings: Decodable {
    let stem: String?
    let normalization: String?
  }

  private struct Place: Decodable { let imageShape: ImageShape }

  /// Reads the texts of a header; nil where it is none of a checkpoint.
  init?(_ facts: [String: String]) {
    guard facts["format"] == "mvmr-checkpoint", let text = facts["settings"],
      let settings = CanonicalJSON.value(Settings.self, from: text)
    else { return nil }
    stem = settings.stem.flatMap(EncoderArchitecture.Stem.init(rawValue:))
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
