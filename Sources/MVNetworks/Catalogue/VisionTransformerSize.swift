/// The sizes that vision transformers come in.
enum VisionTransformerSize: String {
  case tiny, small, base, large, huge, giant

  /// The structure of this size with the defaults of timm's `vit_*`.
  func configuration(
    patch: Int, imageSize: Int = 224, _ change: (inout VisionTransformerConfiguration) -> Void = { _ in }
  ) -> VisionTransformerConfiguration {
    let (width, depth, heads) =
      switch self {
      case .tiny: (192, 12, 3)
      case .small: (384, 12, 6)
      case .base: (768, 12, 12)
      case .large: (1024, 24, 16)
      case .huge: (1280, 32, 16)
      case .giant: (1536, 40, 24)
      }
    var configuration = VisionTransformerConfiguration(
      patch: patch, width: width, depth: depth, heads: heads, imageSize: imageSize)
    change(&configuration)
    return configuration
  }

  /// Its first letter, as in `vits16`.
  var letter: String { String(rawValue.prefix(1)) }
}
