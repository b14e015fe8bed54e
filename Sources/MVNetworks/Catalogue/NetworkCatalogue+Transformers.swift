internal import MVImaging

extension NetworkCatalogue {
  /// Those that labels trained, with their classifiers: timm's, torchvision's, Hugging Face's and DeiT's.
  static let supervised: [Entry] = timm + torchvisionTransformers + huggingFace + deit

  private static let timm: [Entry] =
    [
      (VisionTransformerSize.tiny, 16), (.small, 16), (.small, 32), (.base, 16), (.base, 32), (.large, 16), (.huge, 14),
    ].map { size, patch in
      let timm = "vit_\(size)_patch\(patch)_224"
      return entry(
        "vit-\(size)-\(patch)", [timm, "\(timm).augreg_in21k_ft_in1k"] + extra[timm, default: []],
        size.configuration(patch: patch) { $0.classes = 1000 }, .inception(224), "timm")
    }

  /// More weights of timm's that take the same images.
  private static let extra: [String: [String]] = [
    "vit_base_patch16_224": ["vit_base_patch16_224.augreg2_in21k_ft_in1k", "vit_base_patch16_224.augreg_in1k"],
    "vit_small_patch16_224": ["vit_small_patch16_224.augreg_in1k"],
    "vit_base_patch32_224": ["vit_base_patch32_224.augreg_in1k"],
  ]

  private static let torchvisionTransformers: [Entry] =
    [
      (VisionTransformerSize.base, 16, Preprocessing.imagenet(224)), (.base, 32, .imagenet(224)),
      (.large, 16, .imagenet(224).resizing(to: 242)), (.large, 32, .imagenet(224)),
      // Its weights from SWAG, with a linear classifier.
      (.huge, 14, .dino(224).resizing(to: 224)),
    ].map { size, patch, preprocessing in
      entry(
        "torchvision-vit-\(size)-\(patch)",
        ["vit_\(size.letter)_\(patch)", "torchvision/vit_\(size.letter)_\(patch)"],
        size.configuration(patch: patch) {
          $0.classes = 1000
          $0.positions = .bicubicAligned
        }, preprocessing, "torchvision")
    }

  private static let huggingFace: [Entry] =
    [(VisionTransformerSize.base, 16), (.large, 16)].map { size, patch in
      entry(
        "huggingface-vit-\(size)-\(patch)", ["google/vit-\(size)-patch\(patch)-224"],
        size.configuration(patch: patch) {
          $0.classes = 1000
          $0.epsilon = 1e-12
          $0.positions = .bicubic
        }, .inception(224).resizing(to: 224).interpolated(.bilinear).stretched(), "transformers")
    }

  private static let deit: [Entry] =
    [VisionTransformerSize.tiny, .small, .base].flatMap { size in
      [false, true].map { distilled in
        let middle = distilled ? "_distilled" : ""
        let timm = "deit_\(size)\(middle)_patch16_224"
        return entry(
          "deit-\(size)-16" + (distilled ? "-distilled" : ""),
          [timm, "\(timm).fb_in1k", "facebook/deit-\(size)\(distilled ? "-distilled" : "")-patch16-224"],
          size.configuration(patch: 16) {
            $0.classes = 1000
            $0.distillationToken = distilled
          }, .dino(224), "timm")
      }
    }

  /// DINO's and DINOv2's, which have no classifier.
  static let selfSupervised: [Entry] = dino + dinov2

  private static let dino: [Entry] =
    [(VisionTransformerSize.small, 16), (.small, 8), (.base, 16), (.base, 8)].map { size, patch in
      entry(
        "dino-vit\(size.letter)\(patch)",
        [
          "dino_vit\(size.letter)\(patch)", "vit_\(size)_patch\(patch)_224.dino",
          "facebook/dino-vit\(size.letter)\(patch)",
        ],
        size.configuration(patch: patch) { $0.positions = .bicubicOffset }, .dino(224), "transformers")
    }

  private static let dinov2: [Entry] =
    [VisionTransformerSize.small, .base, .large, .giant].flatMap { size in
      [false, true].map { registers in
        entry(
          "dinov2-vit\(size.letter)14" + (registers ? "-registers" : ""),
          [
            "dinov2_vit\(size.letter)14" + (registers ? "_reg" : ""),
            "vit_\(size)_patch14_\(registers ? "reg4_" : "")dinov2",
            "vit_\(size)_patch14_\(registers ? "reg4_" : "")dinov2.lvd142m",
            "facebook/dinov2-\(registers ? "with-registers-" : "")\(size)",
          ],
          size.configuration(patch: 14, imageSize: 518) {
            $0.layerScale = true
            $0.registers = registers ? 4 : 0
            $0.positions = registers ? .bicubicAntialiased : .bicubicOffset
            guard size == .giant else { return }
            $0.activation = .swiGLU
            $0.hidden = 4096
          }, .dino(224), "transformers")
      }
    }

  private static func entry(
    _ name: String, _ aliases: [String], _ configuration: VisionTransformerConfiguration,
    _ preprocessing: Preprocessing, _ peer: String
  ) -> Entry {
    Entry(
      name: name, aliases: aliases, architecture: .transformer(configuration), preprocessing: preprocessing, peer: peer)
  }
}
