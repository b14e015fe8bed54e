public import MVNetworks

/// Which network is trained.
public enum EncoderChoice: Hashable, Sendable, CustomStringConvertible {
  /// torchvision's ResNet-18.
  case resnet18
  /// torchvision's ResNet-34.
  case resnet34
  /// torchvision's ResNet-50.
  case resnet50
  /// The released code's network of 8 layers, 32-64-128-256.
  case resnet8x4
  /// Any depth of 6n + 2 layers and any widths.
  case cifarResNet
  /// A network of the catalogue, or one that is read off a file of weights, without its heads.
  case network(NetworkReference)

  /// Those that depth, widths and stem shape further.
  static let shaped: [EncoderChoice] = [.resnet18, .resnet34, .resnet50, .resnet8x4, .cifarResNet]

  /// The name on the command line; of a network that has none, its structure as JSON.
  public var description: String {
    switch self {
    case .resnet18: "resnet18"
    case .resnet34: "resnet34"
    case .resnet50: "resnet50"
    case .resnet8x4: "resnet8x4"
    case .cifarResNet: "cifar-resnet"
    case .network(let reference): reference.description
    }
  }

  /// What it is in a few words, for people.
  public var words: String {
    if case .network(let reference) = self { reference.words } else { description }
  }

  /// Reads what ``description`` writes, and every name of `NetworkCatalogue.standard`; nil for anything else.
  public init?(_ text: String) {
    if let own = Self.shaped.first(where: { $0.description == text }) {
      self = own
    } else if let reference = NetworkReference(text) {
      self = .network(reference)
    } else {
      return nil
    }
  }
}
