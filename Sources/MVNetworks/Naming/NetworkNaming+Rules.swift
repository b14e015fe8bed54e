extension NetworkNaming {
  static let residualRules = [
    NamingRule("shortcut.#.*", "downsample.#.*"), NamingRule("layer#.#.shortcut.#.*", "layer#.#.downsample.#.*"),
    NamingRule("linear.*", "fc.*"),
  ]

  static let timmRules = [
    NamingRule("register_tokens", "reg_token"), NamingRule(unused: "mask_token"),
    NamingRule("blocks.#.mlp.w12.*", "blocks.#.mlp.fc1.*"), NamingRule("blocks.#.mlp.w3.*", "blocks.#.mlp.fc2.*"),
    NamingRule(unused: "blocks.#.attn.bias_mask"),
  ]

  static let torchvisionRules = [
    NamingRule("class_token", "cls_token"), NamingRule("conv_proj.*", "patch_embed.proj.*"),
    NamingRule("encoder.pos_embedding", "pos_embed"),
    NamingRule("encoder.layers.encoder_layer_#.ln_1.*", "blocks.#.norm1.*"),
    NamingRule("encoder.layers.encoder_layer_#.self_attention.in_proj_weight", "blocks.#.attn.qkv.weight"),
    NamingRule("encoder.layers.encoder_layer_#.self_attention.in_proj_bias", "blocks.#.attn.qkv.bias"),
    NamingRule("encoder.layers.encoder_layer_#.self_attention.out_proj.*", "blocks.#.attn.proj.*"),
    NamingRule("encoder.layers.encoder_layer_#.ln_2.*", "blocks.#.norm2.*"),
    NamingRule("encoder.layers.encoder_layer_#.mlp.0.*", "blocks.#.mlp.fc1.*"),
    NamingRule("encoder.layers.encoder_layer_#.mlp.3.*", "blocks.#.mlp.fc2.*"),
    // Before torchvision 0.13.
    NamingRule("encoder.layers.encoder_layer_#.mlp.linear_1.*", "blocks.#.mlp.fc1.*"),
    NamingRule("encoder.layers.encoder_layer_#.mlp.linear_2.*", "blocks.#.mlp.fc2.*"),
    NamingRule("encoder.ln.*", "norm.*"), NamingRule("heads.head.*", "head.*"),
  ]

  static let clipRules = [
    NamingRule("class_embedding", "cls_token"), NamingRule("positional_embedding", "pos_embed"),
    NamingRule("conv1.*", "patch_embed.proj.*"), NamingRule("ln_pre.*", "norm_pre.*"),
    NamingRule("ln_post.*", "norm.*"), NamingRule("proj", "proj"),
    NamingRule("transformer.resblocks.#.ln_1.*", "blocks.#.norm1.*"),
    NamingRule("transformer.resblocks.#.attn.in_proj_weight", "blocks.#.attn.qkv.weight"),
    NamingRule("transformer.resblocks.#.attn.in_proj_bias", "blocks.#.attn.qkv.bias"),
    NamingRule("transformer.resblocks.#.attn.out_proj.*", "blocks.#.attn.proj.*"),
    NamingRule("transformer.resblocks.#.ls_1.gamma", "blocks.#.ls1.gamma"),
    NamingRule("transformer.resblocks.#.ln_2.*", "blocks.#.norm2.*"),
    NamingRule("transformer.resblocks.#.mlp.c_fc.*", "blocks.#.mlp.fc1.*"),
    NamingRule("transformer.resblocks.#.mlp.c_proj.*", "blocks.#.mlp.fc2.*"),
    NamingRule("transformer.resblocks.#.ls_2.gamma", "blocks.#.ls2.gamma"),
  ]

  static let huggingFaceCLIPRules =
    [
      NamingRule("embeddings.class_embedding", "cls_token"),
      NamingRule("embeddings.patch_embedding.*", "patch_embed.proj.*"),
      NamingRule("embeddings.position_embedding.weight", "pos_embed"), NamingRule(unused: "embeddings.position_ids"),
      // The library's own spelling.
      NamingRule("pre_layrnorm.*", "norm_pre.*"), NamingRule("post_layernorm.*", "norm.*"),
      NamingRule("encoder.layers.#.self_attn.out_proj.*", "blocks.#.attn.proj.*"),
      NamingRule("encoder.layers.#.layer_norm1.*", "blocks.#.norm1.*"),
      NamingRule("encoder.layers.#.layer_norm2.*", "blocks.#.norm2.*"),
      NamingRule("encoder.layers.#.mlp.*.*", "blocks.#.mlp.*.*"),
    ] + joined(["q_proj", "k_proj", "v_proj"], of: "encoder.layers.#.self_attn", into: "attn.qkv")

  static let huggingFaceRules =
    [
      NamingRule("embeddings.cls_token", "cls_token"), NamingRule("embeddings.distillation_token", "dist_token"),
      NamingRule("embeddings.register_tokens", "reg_token"), NamingRule(unused: "embeddings.mask_token"),
      NamingRule("embeddings.position_embeddings", "pos_embed"),
      NamingRule("embeddings.patch_embeddings.projection.*", "patch_embed.proj.*"),
      NamingRule("layernorm.*", "norm.*"), NamingRule(unused: "pooler.**"),
    ]
    // Files of version 4 and before say `encoder.layer.N`; networks of version 5 in memory `layers.N`.
    + ["encoder.layer.#", "layers.#", "encoder.layers.#"].flatMap(block)

  private static func block(_ block: String) -> [NamingRule] {
    let names = [
      ("layernorm_before.*", "norm1.*"), ("layernorm_after.*", "norm2.*"), ("norm1.*", "norm1.*"),
      ("norm2.*", "norm2.*"), ("attention.output.dense.*", "attn.proj.*"), ("attention.o_proj.*", "attn.proj.*"),
      ("intermediate.dense.*", "mlp.fc1.*"), ("output.dense.*", "mlp.fc2.*"), ("mlp.fc1.*", "mlp.fc1.*"),
      ("mlp.fc2.*", "mlp.fc2.*"), ("mlp.weights_in.*", "mlp.fc1.*"), ("mlp.weights_out.*", "mlp.fc2.*"),
      ("mlp.down_proj.*", "mlp.fc2.*"), ("layer_scale1.lambda1", "ls1.gamma"), ("layer_scale2.lambda1", "ls2.gamma"),
    ]
    return names.map { NamingRule("\(block).\($0.0)", "blocks.#.\($0.1)") }
      + joined(["query", "key", "value"], of: "\(block).attention.attention", into: "attn.qkv")
      + joined(["q_proj", "k_proj", "v_proj"], of: "\(block).attention", into: "attn.qkv")
      + joined(["gate_proj", "up_proj"], of: "\(block).mlp", into: "mlp.fc1")
  }

  /// Tensors that stand one after the other in one of the canonical names.
  private static func joined(_ names: [String], of group: String, into target: String) -> [NamingRule] {
    names.enumerated().map { NamingRule("\(group).\($1).*", "blocks.#.\(target).*", part: $0, of: names.count) }
  }
}
