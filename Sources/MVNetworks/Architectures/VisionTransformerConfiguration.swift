/// The structure of a vision transformer: patches, tokens, blocks, and what comes after the last block.
///
/// The defaults are those of timm's `vit_*`. Tensors, with timm's names: `cls_token` and `dist_token` 1 x 1 x width,
/// `reg_token` 1 x registers x width, `pos_embed` 1 x rows x width, `patch_embed.proj` width x 3 x patch x patch,
/// `norm_pre`, `blocks.N.{norm1,attn.qkv,attn.proj,ls1.gamma,norm2,mlp.fc1,mlp.fc2,ls2.gamma}`, `norm` or `fc_norm`,
/// `proj` width x projection, `head`, `head_dist`. The tokens stand in the order class, distillation, registers,
/// patches.
public struct VisionTransformerConfiguration: Hashable, Sendable, Codable {
  /// What stands between the two layers of a block's perceptron.
  public enum Activation: String, Hashable, Sendable, Codable, CaseIterable {
    /// The Gaussian error linear unit, x times the normal distribution function of x.
    case gelu
    /// x times the logistic function of 1.702 x, with which OpenAI trained CLIP.
    case quickGELU = "quick_gelu"
    /// The first half of the columns through x times its logistic function, times the second half.
    ///
    /// DINOv2's giant has it. `mlp.fc1` then has twice ``VisionTransformerConfiguration/hidden`` rows.
    case swiGLU = "swiglu"
  }

  /// Where the last normalization stands.
  public enum FinalNormalization: String, Hashable, Sendable, Codable, CaseIterable {
    /// Over every token, before one is taken or their mean: `norm`.
    case tokens
    /// Over the mean of the patches: `fc_norm`.
    case features
    /// Nowhere.
    case none
  }

  /// How the embedding of positions is brought to images of another size than the native one.
  public enum Positions: String, Hashable, Sendable, Codable, CaseIterable {
    /// Bicubic with antialiasing, as timm, open_clip and DINOv2 with registers do.
    case bicubicAntialiased = "bicubic_antialiased"
    /// Bicubic, as Hugging Face's transformers do.
    case bicubic
    /// Bicubic by factors of (patches + 0.1) / native patches, as DINO's and DINOv2's own code.
    case bicubicOffset = "bicubic_offset"
    /// Bicubic, corners upon corners, as torchvision does.
    case bicubicAligned = "bicubic_aligned"
  }

  /// The side of a patch in pixels.
  public var patch: Int
  /// The number of columns of a token.
  public var width: Int
  /// The number of blocks.
  public var depth: Int
  /// The number of attention heads; it divides the width.
  public var heads: Int
  /// The number of columns within a block's perceptron: what its second layer takes.
  public var hidden: Int
  /// The side of the images that the embedding of positions is for.
  public var imageSize: Int
  /// Whether there is a class token, which then is the feature; otherwise the mean of the patches is.
  public var classToken = true
  /// Whether there is a distillation token after the class token, as in DeiT; the feature is then the mean of both.
  public var distillationToken = false
  /// The number of register tokens, which have no position.
  public var registers = 0
  /// Whether the embedding of positions has rows for the class and distillation tokens, before those of the patches.
  public var positionsOfClassToken = true
  /// How the embedding of positions is brought to images of another size.
  public var positions = Positions.bicubicAntialiased
  /// Whether the projection of patches has a bias.
  public var patchBias = true
  /// Whether queries, keys and values have a bias.
  public var attentionBias = true
  /// Whether tokens are normalized before the first block, as in CLIP: `norm_pre`.
  public var preNormalization = false
  /// Whether each branch is scaled column by column, as in DINOv2: `ls1.gamma` and `ls2.gamma`.
  public var layerScale = false
  /// What stands between the two layers of a block's perceptron.
  public var activation = Activation.gelu
  /// What is added to the variance in each normalization.
  public var epsilon = 1e-6
  /// Where the last normalization stands.
  public var finalNormalization = FinalNormalization.tokens
  /// The number of columns after CLIP's projection, which has no bias; 0 for none.
  public var projection = 0
  /// The number of classes of the classifier; 0 for none.
  public var classes = 0

  /// Creates a structure with the defaults of timm's `vit_*`: four times the width within a block.
  public init(patch: Int, width: Int, depth: Int, heads: Int, hidden: Int? = nil, imageSize: Int = 224) {
    self.patch = patch
    self.width = width
    self.depth = depth
    self.heads = heads
    self.hidden = hidden ?? 4 * width
    self.imageSize = imageSize
  }

  /// The number of patches along a side of a native image.
  public var grid: Int { imageSize / patch }

  /// The number of rows of the embedding of positions.
  public var positionCount: Int { grid * grid + (positionsOfClassToken ? classTokens : 0) }

  /// The class and the distillation token, as far as there are.
  var classTokens: Int { (classToken ? 1 : 0) + (distillationToken ? 1 : 0) }
}
