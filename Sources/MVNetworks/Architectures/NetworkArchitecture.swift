/// The structure of a network from images to features: which layers, how many and how wide.
///
/// An architecture holds no weights. Two networks of one architecture have tensors of the same names and shapes.
public enum NetworkArchitecture: Hashable, Sendable {
  /// A residual network, named as torchvision names it.
  case residual(ResidualConfiguration)
  /// A vision transformer, named as timm names it.
  case transformer(VisionTransformerConfiguration)
  /// The residual network of CLIP, named as OpenAI names it.
  case modifiedResidual(ModifiedResNetConfiguration)

  /// The number of classes that the network's own classifier knows; 0 without a classifier.
  public var classes: Int {
    switch self {
    case .residual(let architecture): architecture.classes
    case .transformer(let configuration): configuration.classes
    case .modifiedResidual: 0
    }
  }

  /// The number of columns of ``NetworkOutput/features``, which the classifier or the projection would see.
  public var featureCount: Int {
    switch self {
    case .residual(let configuration): configuration.featureCount
    case .transformer(let configuration): configuration.width
    case .modifiedResidual(let configuration): configuration.features
    }
  }

  /// The same network without its classifier and without a projection that it can do without: what is trained anew.
  public var withoutHeads: NetworkArchitecture {
    guard case .transformer(var configuration) = withoutClassifier else { return withoutClassifier }
    configuration.projection = 0
    return .transformer(configuration)
  }

  /// The same network without its classifier.
  public var withoutClassifier: NetworkArchitecture {
    switch self {
    case .residual(var architecture):
      architecture.classes = 0
      return .residual(architecture)
    case .transformer(var configuration):
      configuration.classes = 0
      return .transformer(configuration)
    case .modifiedResidual: return self
    }
  }
}

extension NetworkArchitecture: Codable {
  private enum Kind: String, CodingKey, CaseIterable {
    case residual, transformer, modifiedResidual
  }

  /// Reads what ``encode(to:)`` writes; throws for a kind of network, or numbers, that there are not.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Kind.self)
    switch container.allKeys.first {
    case .residual: self = .residual(try container.decode(ResidualConfiguration.self, forKey: .residual))
    case .transformer:
      self = .transformer(try container.decode(VisionTransformerConfiguration.self, forKey: .transformer))
    case .modifiedResidual:
      self = .modifiedResidual(try container.decode(ModifiedResNetConfiguration.self, forKey: .modifiedResidual))
    case nil:
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "there are \(Kind.allCases.map(\.rawValue).joined(separator: ", "))"))
    }
    guard isPossible else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "there is no network of such numbers"))
    }
  }

  /// Writes an object of one member, whose name is the kind of network.
  ///
  /// Throws what the encoder throws.
  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.container(keyedBy: Kind.self)
    switch self {
    case .residual(let value): try container.encode(value, forKey: .residual)
    case .transformer(let value): try container.encode(value, forKey: .transformer)
    case .modifiedResidual(let value): try container.encode(value, forKey: .modifiedResidual)
    }
  }
}
