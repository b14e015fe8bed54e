internal import MVImaging

extension NetworkCatalogue {
  /// CLIP's images' halves: OpenAI's, and those that open_clip trained on LAION's and DataComp's pairs.
  static let clip: [Entry] = openAITransformers + openAIResidual + openCLIP

  private static let openAITransformers: [Entry] =
    [
      (VisionTransformerSize.base, 32, 224, 512), (.base, 16, 224, 512), (.large, 14, 224, 768),
      (.large, 14, 336, 768),
    ].map { size, patch, side, projection in
      let letter = size.letter.uppercased()
      let suffix = side == 224 ? "" : "\(side)"
      return Entry(
        name: "clip-vit-\(size.letter)-\(patch)" + (suffix.isEmpty ? "" : "-\(suffix)"),
        aliases: [
          "ViT-\(letter)/\(patch)" + (suffix.isEmpty ? "" : "@\(suffix)px"),
          "ViT-\(letter)-\(patch)" + (suffix.isEmpty ? "" : "-\(suffix)") + "-quickgelu",
          "openai/clip-vit-\(size)-patch\(patch)" + (suffix.isEmpty ? "" : "-\(suffix)"),
          "vit_\(size)_patch\(patch)_clip_quickgelu_\(side).openai",
        ],
        architecture: .transformer(
          size.clip(patch: patch, imageSize: side, projection: projection) { $0.activation = .quickGELU }),
        preprocessing: .clip(side), peer: "open_clip")
    }

  private static let openAIResidual: [Entry] =
    [
      ("RN50", 64, [3, 4, 6, 3], 224, 1024), ("RN101", 64, [3, 4, 23, 3], 224, 512),
      ("RN50x4", 80, [4, 6, 10, 6], 288, 640), ("RN50x16", 96, [6, 8, 18, 8], 384, 768),
      ("RN50x64", 128, [3, 15, 36, 10], 448, 1024),
    ].map { name, width, blocks, side, projection in
      Entry(
        name: "clip-\(name.lowercased())", aliases: [name, "\(name)-quickgelu"],
        architecture: .modifiedResidual(
          ModifiedResNetConfiguration(width: width, blocks: blocks, imageSize: side, projection: projection)),
        preprocessing: .clip(side), peer: "open_clip")
    }

  /// open_clip's names without `-quickgelu` mean the function that its own trainings took.
  private static let openCLIP: [Entry] =
    [
      Entry(
        name: "openclip-vit-b-32",
        aliases: [
          "ViT-B-32", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K",
          "vit_base_patch32_clip_224.laion2b", "vit_base_patch32_clip_224.datacompxl",
        ],
        architecture: .transformer(VisionTransformerSize.base.clip(patch: 32, projection: 512)),
        preprocessing: .clip(224), peer: "open_clip"),
      Entry(
        name: "openclip-vit-b-16",
        aliases: [
          "ViT-B-16", "laion/CLIP-ViT-B-16-laion2B-s34B-b88K", "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K",
          "vit_base_patch16_clip_224.laion2b", "vit_base_patch16_clip_224.datacompxl",
        ],
        architecture: .transformer(VisionTransformerSize.base.clip(patch: 16, projection: 512)),
        preprocessing: .clip(224), peer: "open_clip"),
      Entry(
        name: "openclip-vit-l-14",
        aliases: [
          "ViT-L-14", "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K", "vit_large_patch14_clip_224.datacompxl",
        ],
        architecture: .transformer(VisionTransformerSize.large.clip(patch: 14, projection: 768)),
        preprocessing: .clip(224), peer: "open_clip"),
      // The one whose images were brought to -1...1.
      Entry(
        name: "openclip-vit-l-14-laion2b",
        aliases: ["laion/CLIP-ViT-L-14-laion2B-s32B-b82K", "vit_large_patch14_clip_224.laion2b"],
        architecture: .transformer(VisionTransformerSize.large.clip(patch: 14, projection: 768)),
        preprocessing: .inception(224).resizing(to: 224), peer: "open_clip"),
      Entry(
        name: "openclip-vit-h-14",
        aliases: ["ViT-H-14", "laion/CLIP-ViT-H-14-laion2B-s32B-b79K", "vit_huge_patch14_clip_224.laion2b"],
        architecture: .transformer(VisionTransformerSize.huge.clip(patch: 14, projection: 1024)),
        preprocessing: .clip(224), peer: "open_clip"),
      larger("g", width: 1408, depth: 40, hidden: 6144, projection: 1024, ["laion/CLIP-ViT-g-14-laion2B-s34B-b88K"]),
      larger(
        "bigG", width: 1664, depth: 48, hidden: 8192, projection: 1280,
        ["laion/CLIP-ViT-bigG-14-laion2B-39B-b160k"]),
    ]

  private static func larger(
    _ letter: String, width: Int, depth: Int, hidden: Int, projection: Int, _ aliases: [String]
  ) -> Entry {
    var configuration = VisionTransformerConfiguration(patch: 14, width: width, depth: depth, heads: 16, hidden: hidden)
    configuration.setCLIP(projection)
    return Entry(
      name: "openclip-vit-\(letter.lowercased())-14", aliases: ["ViT-\(letter)-14"] + aliases,
      architecture: .transformer(configuration), preprocessing: .clip(224), peer: "open_clip")
  }
}

extension VisionTransformerSize {
  /// CLIP's structure of this size.
  fileprivate func clip(
    patch: Int, imageSize: Int = 224, projection: Int,
    _ change: (inout VisionTransformerConfiguration) -> Void = { _ in }
  ) -> VisionTransformerConfiguration {
    configuration(patch: patch, imageSize: imageSize) {
      $0.setCLIP(projection)
      change(&$0)
    }
  }
}

extension VisionTransformerConfiguration {
  /// What all of CLIP's transformers have.
  fileprivate mutating func setCLIP(_ projection: Int) {
    preNormalization = true
    patchBias = false
    epsilon = 1e-5
    self.projection = projection
  }
}
