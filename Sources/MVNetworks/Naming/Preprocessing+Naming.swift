internal import MVImaging

extension Preprocessing {
  /// What networks of this structure usually expect of their images, where nothing beside the weights says it.
  static func usual(for architecture: NetworkArchitecture, naming: NetworkNaming) -> Preprocessing {
    if let known = NetworkCatalogue.standard.entries(of: architecture).first { return known.preprocessing }
    switch architecture {
    case .residual(let network):
      if network.stem == .imagenet { return .imagenet(224) }
      return .plain(network.blocks.count == 3 ? 32 : 96, .imagenet)
    case .modifiedResidual(let network): return .clip(network.imageSize)
    case .transformer(let network):
      switch naming {
      case .clip, .huggingFaceCLIP: return .clip(network.imageSize)
      case .torchvision: return .imagenet(network.imageSize)
      default: return .dino(network.imageSize)
      }
    }
  }
}
