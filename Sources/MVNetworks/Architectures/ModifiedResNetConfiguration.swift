/// The structure of CLIP's residual network, whose last layer is an attention over the pixels instead of an average.
///
/// Its differences to torchvision's bottleneck network: a stem of three convolutions, an average-pooling before each
/// convolution that would have a stride, and the attention. Tensors, with OpenAI's names: `conv1..3`, `bn1..3`,
/// `layerN.M.*` with `downsample.0` and `downsample.1`, `attnpool.positional_embedding` of
/// (1 + pixels) x (32 x width), and `attnpool.{q_proj,k_proj,v_proj,c_proj}`.
public struct ModifiedResNetConfiguration: Hashable, Sendable, Codable {
  /// The number of channels of the first stage's blocks; the last map has 32 times as many.
  public var width: Int
  /// The number of blocks in each of the four stages.
  public var blocks: [Int]
  /// The number of heads of the attention; it divides ``features``.
  public var heads: Int
  /// The side of the images that the embedding of positions is for.
  public var imageSize: Int
  /// The number of columns after the projection.
  public var projection: Int

  /// Creates a structure; the default number of heads is half the width, as in every published network.
  public init(width: Int = 64, blocks: [Int] = [3, 4, 6, 3], heads: Int? = nil, imageSize: Int = 224, projection: Int) {
    self.width = width
    self.blocks = blocks
    self.heads = heads ?? width / 2
    self.imageSize = imageSize
    self.projection = projection
  }

  /// The number of columns of the attention, before the projection.
  public var features: Int { 32 * width }

  /// The number of pixels along a side of the last map of a native image.
  public var grid: Int { imageSize / 32 }
}
