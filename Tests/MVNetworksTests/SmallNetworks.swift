import MVCore
import MVImaging
import TestSupport

@testable import MVNetworks

/// The networks of `Fixtures/Generators/networks.py`.
enum SmallNetworks {
  /// By the names of their golden values.
  static let all: [String: NetworkArchitecture] = [
    "vit": .transformer(transformer { $0.classes = 5 }),
    "vit_average": .transformer(
      transformer {
        $0.classes = 5
        $0.classToken = false
        $0.registers = 2
        $0.positionsOfClassToken = false
        $0.finalNormalization = .features
      }),
    "deit": .transformer(
      transformer {
        $0.classes = 5
        $0.distillationToken = true
      }),
    "vit_torchvision": .transformer(
      transformer {
        $0.classes = 5
        $0.positions = .bicubicAligned
      }),
    "vit_huggingface": .transformer(
      transformer {
        $0.epsilon = 1e-12
        $0.positions = .bicubic
      }),
    "dinov2": .transformer(dinov2 { $0.positions = .bicubic }),
    "dinov2_offset": .transformer(dinov2 { $0.positions = .bicubicOffset }),
    "dinov2_swiglu": .transformer(
      dinov2 {
        $0.positions = .bicubic
        $0.activation = .swiGLU
        $0.hidden = 128
      }),
    "dinov2_registers": .transformer(dinov2 { $0.registers = 4 }),
    "dinov2_timm": .transformer(
      dinov2 {
        $0.registers = 4
        $0.positionsOfClassToken = false
        $0.activation = .swiGLU
        $0.hidden = 64
      }),
    "clip": .transformer(clip { $0.activation = .quickGELU }),
    "clip_huggingface": .transformer(
      clip {
        $0.activation = .quickGELU
        $0.positions = .bicubic
      }),
    "open_clip": .transformer(clip { _ in }),
    "modified_resnet": .modifiedResidual(
      ModifiedResNetConfiguration(width: 8, blocks: [1, 2, 1, 1], imageSize: 64, projection: 20)),
    "resnet34": resNet(34),
    "resnet101": resNet(101),
    "resnet152": resNet(152),
    "resnet20_padded": ResidualConfiguration.cifarResNet(depth: 20, widths: [8, 16, 32], shortcut: .padded, classes: 5)
      .map(NetworkArchitecture.residual),
  ].compactMapValues { $0 }

  static func transformer(_ change: (inout VisionTransformerConfiguration) -> Void) -> VisionTransformerConfiguration {
    var configuration = VisionTransformerConfiguration(patch: 8, width: 48, depth: 2, heads: 3, imageSize: 32)
    change(&configuration)
    return configuration
  }

  private static func dinov2(_ change: (inout VisionTransformerConfiguration) -> Void) -> VisionTransformerConfiguration
  {
    transformer {
      $0.layerScale = true
      change(&$0)
    }
  }

  private static func clip(_ change: (inout VisionTransformerConfiguration) -> Void) -> VisionTransformerConfiguration {
    transformer {
      $0.preNormalization = true
      $0.patchBias = false
      $0.epsilon = 1e-5
      $0.projection = 20
      change(&$0)
    }
  }

  private static func resNet(_ layers: Int) -> NetworkArchitecture? {
    ResidualConfiguration.resNet(layers: layers, stem: .imagenet, widths: [8, 12, 16, 24], classes: 5)
      .map(NetworkArchitecture.residual)
  }

  /// The same corners of two images, normalized.
  static func images(_ size: ImageSize, channelsLast: Bool = true) throws -> Tensor {
    let batch = try Fixture.images("images/rgb96")
    let corners = try (0..<2).map {
      try RGBImage(batch[$0]).cropped(top: 0, left: 0, height: size.height, width: size.width)
    }
    return try Tensor(
      images: corners.flatMap(\.pixels), count: corners.count,
      shape: ImageShape(height: size.height, width: size.width, channels: 3),
      mean: ImageStatistics.imagenet.mean, deviation: ImageStatistics.imagenet.deviation, channelsLast: channelsLast)
  }

  /// A network with the values of the formula.
  static func network(_ architecture: NetworkArchitecture) throws -> any Backbone {
    let network = try architecture.backbone(seed: nil)
    for (place, item) in network.state.enumerated() {
      try item.tensor.assign(formulaValues(name: item.name, shape: item.tensor.shape, place: place))
    }
    return network
  }
}
