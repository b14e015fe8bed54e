/// The shape of an encoder: its residual network, and the projector that the loss sees.
public struct EncoderArchitecture: Hashable, Sendable {
  /// The kind of residual block.
  public enum Block: String, Hashable, Sendable, Codable {
    /// Two 3x3 convolutions.
    case basic
    /// 1x1, 3x3, 1x1, with four times the width as output.
    case bottleneck

    var expansion: Int { self == .basic ? 1 : 4 }
  }

  /// What comes before the first block.
  public enum Stem: String, Hashable, Sendable, Codable, CaseIterable {
    /// 7x7 convolution of stride 2 and a max-pool: the image shrinks four times. For 224 pixels.
    case imagenet
    /// 3x3 convolution of stride 1 and the max-pool, as released: the image shrinks twice.
    case smallKernel = "small_kernel"
    /// 3x3 convolution of stride 1 and no max-pool: for 32 pixels.
    case cifar
  }

  /// The kind of block.
  public var block: Block
  /// What comes before the first block.
  public var stem: Stem
  /// Channels after the stem.
  public var stemWidth: Int
  /// The width of each stage; every stage but the first halves the image.
  public var widths: [Int]
  /// Blocks in each stage.
  public var blocks: [Int]
  /// Whether each residual branch starts at zero.
  public var zeroInitResidual: Bool
  /// The widths of the projector's layers; empty for none.
  public var projector: [Int]

  /// Features of the backbone: what evaluation uses.
  public var featureCount: Int { widths[widths.count - 1] * block.expansion }
  /// Columns of the embedding that the loss sees.
  public var embeddingCount: Int { projector.last ?? featureCount }

  /// A residual network of torchvision's: 18, 34 or 50 layers.
  public static func resNet(layers: Int, stem: Stem, widths: [Int]? = nil, projector: [Int]) -> EncoderArchitecture? {
    let blocks = [18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]]
    guard let blocks = blocks[layers] else { return nil }
    let widths = widths ?? [64, 128, 256, 512]
    guard widths.count == 4 else { return nil }
    return EncoderArchitecture(
      block: layers == 50 ? .bottleneck : .basic, stem: stem, stemWidth: widths[0], widths: widths, blocks: blocks,
      zeroInitResidual: true, projector: projector)
  }

  /// A residual network of 6n + 2 layers for small images; nil where `depth` is not of that form.
  ///
  /// Three widths are those of the stages, and the stem has the first (He and others 2016); four are the stem's and the
  /// stages', as in the released code, whose ResNet-8x4 is depth 8 with 32-64-128-256.
  public static func cifarResNet(
    depth: Int, widths: [Int], stem: Stem = .cifar, projector: [Int]
  ) -> EncoderArchitecture? {
    guard depth >= 8, (depth - 2) % 6 == 0, (3...4).contains(widths.count) else { return nil }
    return EncoderArchitecture(
      block: .basic, stem: stem, stemWidth: widths[0], widths: Array(widths.suffix(3)),
      blocks: Array(repeating: (depth - 2) / 6, count: 3), zeroInitResidual: false, projector: projector)
  }
}
