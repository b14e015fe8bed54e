/// An output of a network that features are taken from.
public enum NetworkOutput: Hashable, Sendable, CustomStringConvertible {
  /// What the network's classifier would see.
  ///
  /// A residual network's average over all pixels; a vision transformer's class token after the last normalization.
  case features
  /// What comes after the projection: the projector of an encoder trained here, the projection of CLIP.
  case projection
  /// The scores of the classifier that the file holds, one a class.
  case logits
  /// The mean over all pixels or patches after a stage of a residual network or a block of a transformer, 1 the first.
  case stage(Int)
  /// The mean of a transformer's patches after the last normalization.
  case patches
  /// The class token and the mean of the patches side by side, as DINOv2's linear evaluation takes them.
  case classAndPatches

  /// What a person writes, as in `--layer stage3`.
  public var description: String {
    switch self {
    case .features: "features"
    case .projection: "projection"
    case .logits: "logits"
    case .stage(let number): "stage\(number)"
    case .patches: "patches"
    case .classAndPatches: "class+patches"
    }
  }

  /// Reads what ``description`` writes, and `backbone` and `projector` of version 0.1; nil for anything else.
  public init?(_ text: String) {
    let named: [String: NetworkOutput] = [
      "features": .features, "backbone": .features, "projection": .projection, "projector": .projection,
      "logits": .logits, "patches": .patches, "class+patches": .classAndPatches,
    ]
    if let output = named[text] {
      self = output
    } else if text.hasPrefix("stage"), let number = Int(text.dropFirst(5)), number > 0 {
      self = .stage(number)
    } else {
      return nil
    }
  }
}
