/// A way of naming the tensors of a network, which one program or several share.
public enum NetworkNaming: String, Hashable, Sendable, CaseIterable {
  /// torchvision's residual networks, and timm's, solo-learn's, MoCo's and ours, which follow them.
  case residual
  /// A residual network's children in one sequence, numbered: 0 the first convolution, 4 the first stage (lightly).
  case numberedResidual = "numbered"
  /// CLIP's residual network (OpenAI, open_clip).
  case modifiedResidual = "clip-residual"
  /// torchvision's vision transformers.
  case torchvision
  /// timm's vision transformers, and DINO's and DINOv2's own, which follow them.
  case timm
  /// CLIP's vision transformer (OpenAI, open_clip).
  case clip
  /// CLIP's vision transformer of Hugging Face's transformers.
  case huggingFaceCLIP = "huggingface-clip"
  /// ViT, DeiT, Dinov2 and Dinov2WithRegisters of Hugging Face's transformers.
  case huggingFace = "huggingface"

  /// The programs that write it, for people.
  var words: String {
    switch self {
    case .residual: "torchvision's names"
    case .numberedResidual: "children by number, as lightly"
    case .modifiedResidual, .clip: "the names of OpenAI's CLIP and open_clip"
    case .torchvision: "torchvision's names"
    case .timm: "timm's names"
    case .huggingFaceCLIP, .huggingFace: "the names of Hugging Face's transformers"
    }
  }

  /// The end of the name of the one tensor that every network of this naming has.
  var anchor: String {
    switch self {
    case .residual, .modifiedResidual, .clip: "conv1.weight"
    case .numberedResidual: "0.weight"
    case .torchvision: "conv_proj.weight"
    case .timm: "patch_embed.proj.weight"
    case .huggingFaceCLIP: "embeddings.patch_embedding.weight"
    case .huggingFace: "embeddings.patch_embeddings.projection.weight"
    }
  }

  /// Whether a network of this naming lies under `root`, where its anchor does.
  func isAt(_ root: String, has: (String) -> Bool) -> Bool {
    switch self {
    case .residual: has(root + "layer1.0.conv1.weight") && !has(root + "attnpool.q_proj.weight")
    case .numberedResidual: has(root + "1.weight") && (2...5).contains { has(root + "\($0).0.conv1.weight") }
    case .modifiedResidual: has(root + "attnpool.q_proj.weight")
    case .clip: has(root + "class_embedding")
    default: true
    }
  }

  /// The canonical names of the tensors under a network's root.
  var rules: [NamingRule] {
    switch self {
    case .residual, .numberedResidual, .modifiedResidual: Self.residualRules
    case .torchvision: Self.torchvisionRules
    case .timm: Self.timmRules
    case .clip: Self.clipRules
    case .huggingFaceCLIP: Self.huggingFaceCLIPRules
    case .huggingFace: Self.huggingFaceRules
    }
  }

  /// The canonical names of tensors beside a network's root, in what the root lies in.
  var rulesBeside: [NamingRule] {
    switch self {
    case .huggingFaceCLIP: [NamingRule("visual_projection.weight", "proj", transposed: true)]
    case .huggingFace:
      [
        NamingRule("cls_classifier.*", "head.*"), NamingRule("distillation_classifier.*", "head_dist.*"),
      ]
    // open_clip's wrapper of timm's networks: `visual.trunk` and `visual.head`.
    case .timm: [NamingRule("head.proj.weight", "proj", transposed: true)]
    default: []
    }
  }

  /// Where a network's own classifier goes.
  var classifier: String { isTransformer ? "head" : "fc" }

  private var isTransformer: Bool {
    switch self {
    case .residual, .numberedResidual, .modifiedResidual: false
    default: true
    }
  }
}
