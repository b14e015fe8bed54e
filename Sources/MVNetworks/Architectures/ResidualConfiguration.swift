/// The structure of a residual network.
public struct ResidualConfiguration: Hashable, Sendable, Codable {
  /// The kind of residual block.
  public enum Block: String, Hashable, Sendable, Codable {
    /// Two 3x3 convolutions; the output is as wide as the block.
    case basic
    /// 1x1, 3x3 and 1x1 convolutions; the output is four times as wide as the block.
    case bottleneck

    var expansion: Int { self == .basic ? 1 : 4 }
  }

  /// The layers before the first block.
  public enum Stem: String, Hashable, Sendable, Codable, CaseIterable {
    /// A 7x7 convolution of stride 2 and a max-pool: the image shrinks four times.
    ///
    /// Meant for 224 pixels.
    case imagenet
    /// A 3x3 convolution of stride 1 and the max-pool, as released: the image shrinks twice.
    case smallKernel = "small_kernel"
    /// A 3x3 convolution of stride 1 and no max-pool: meant for 32 pixels.
    case cifar
  }

  /// How a block that halves the image or widens it takes its input along.
  public enum Shortcut: String, Hashable, Sendable, Codable, CaseIterable {
    /// By a 1x1 convolution and a normalization.
    case projected
    /// As it is: every second pixel, with channels of zeros on both sides (option A of He and others 2016).
    ///
    /// Only for ``Block/basic``.
    case padded
  }

  /// The kind of residual block.
  public var block: Block
  /// The layers before the first block.
  public var stem: Stem
  /// The number of channels after the stem.
  public var stemWidth: Int
  /// The number of channels of each stage; every stage but the first halves the image.
  public var widths: [Int]
  /// The number of blocks in each stage.
  public var blocks: [Int]
  /// Whether each residual branch starts at zero, so that blocks begin as the identity.
  public var zeroInitResidual: Bool
  /// How a block that halves the image or widens it takes its input along.
  public var shortcut = Shortcut.projected
  /// The number of classes of the classifier `fc` on the features; 0 for none.
  public var classes = 0

  /// The number of features of the backbone, which evaluation uses.
  public var featureCount: Int { widths[widths.count - 1] * block.expansion }

  /// A residual network of torchvision's with 18, 34, 50, 101 or 152 layers; nil for other numbers, or unless there are
  /// four widths.
  public static func resNet(
    layers: Int, stem: Stem, widths: [Int]? = nil, classes: Int = 0
  ) -> ResidualConfiguration? {
    let blocks = [
      18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3],
    ]
    guard let blocks = blocks[layers] else { return nil }
    let widths = widths ?? [64, 128, 256, 512]
    guard widths.count == 4 else { return nil }
    return ResidualConfiguration(
      block: layers >= 50 ? .bottleneck : .basic, stem: stem, stemWidth: widths[0], widths: widths, blocks: blocks,
      zeroInitResidual: true, classes: classes)
  }

  /// A residual network of 6n + 2 layers for small images; nil where `depth` is not of that form, or for other widths.
  ///
  /// With three widths, these are the stages', and the stem has the first (He and others 2016). With four, the first is
  /// the stem's and the others the stages', as in the released code, whose ResNet-8x4 is depth 8 with 32-64-128-256.
  public static func cifarResNet(
    depth: Int, widths: [Int], stem: Stem = .cifar, shortcut: Shortcut = .projected, classes: Int = 0
  ) -> ResidualConfiguration? {
    guard depth >= 8, (depth - 2) % 6 == 0, (3...4).contains(widths.count) else { return nil }
    return ResidualConfiguration(
      block: .basic, stem: stem, stemWidth: widths[0], widths: Array(widths.suffix(3)),
      blocks: Array(repeating: (depth - 2) / 6, count: 3), zeroInitResidual: false, shortcut: shortcut, classes: classes
    )
  }
}
