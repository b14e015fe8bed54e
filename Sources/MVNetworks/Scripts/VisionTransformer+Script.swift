extension VisionTransformerConfiguration {
  /// The functions of such a network for images of its native size; `tokens` are those after the last block.
  var script: String {
    var source = ScriptSource()
    source.begin("tokens", "images")
    embed(&source)
    for index in 0..<depth { block("blocks.\(index)", &source) }
    source.line("return x")
    source.begin("forward", "images")
    source.line("x = self.tokens(images)")
    let takesClassToken = classToken && finalNormalization != .features
    if takesClassToken {
      let token = normalized("x[:, 0]")
      let second = normalized("x[:, 1]")
      source.line("return " + (distillationToken ? "(\(token) + \(second)) * 0.5" : token))
    } else {
      let patches = "x[:, \(classTokens + registers):]"
      source.line(
        "return "
          + (finalNormalization == .features
            ? normalized("torch.mean(\(patches), [1])") : "torch.mean(\(normalized(patches)), [1])"))
    }
    if projection > 0 {
      source.begin("projection", "images")
      source.line("return torch.matmul(self.forward(images), self.proj)")
    }
    if classes > 0 {
      source.begin("logits", "images")
      if takesClassToken && distillationToken {
        source.line("x = self.tokens(images)")
        let (one, two) = (normalized("x[:, 0]"), normalized("x[:, 1]"))
        source.line(
          "return (\(ScriptSource.linear(one, "head")) + \(ScriptSource.linear(two, "head_dist"))) * 0.5")
      } else {
        source.line("return \(ScriptSource.linear("self.forward(images)", "head"))")
      }
    }
    return source.text
  }

  private func normalized(_ input: String) -> String {
    guard finalNormalization != .none else { return input }
    let name = finalNormalization == .features ? "fc_norm" : "norm"
    return ScriptSource.layerNormalization(input, name, width: width, epsilon: epsilon)
  }

  private func embed(_ source: inout ScriptSource) {
    let side = grid * patch
    source.line(
      "assert images.size(2) == \(side) and images.size(3) == \(side), \"images must be of \(side)x\(side) pixels\"")
    source.line("n = images.size(0)")
    let patches = ScriptSource.convolution("images", "patch_embed.proj", stride: patch, padding: 0, bias: patchBias)
    source.line("x = torch.flatten(\(patches), 2).transpose(1, 2)")
    var tokens: [String] = []
    if classToken { tokens.append("self.cls_token.expand([n, -1, -1])") }
    if distillationToken { tokens.append("self.dist_token.expand([n, -1, -1])") }
    if positionsOfClassToken {
      source.line("x = torch.cat([\((tokens + ["x"]).joined(separator: ", "))], 1) + self.pos_embed")
    } else {
      source.line("x = torch.cat([\((tokens + ["x + self.pos_embed"]).joined(separator: ", "))], 1)")
    }
    if registers > 0 {
      source.line(
        "x = torch.cat([x[:, :\(classTokens)], self.reg_token.expand([n, -1, -1]), x[:, \(classTokens):]], 1)")
    }
    if preNormalization {
      source.line("x = " + ScriptSource.layerNormalization("x", "norm_pre", width: width, epsilon: epsilon))
    }
  }

  private func block(_ name: String, _ source: inout ScriptSource) {
    let columns = width / heads
    func scaled(_ value: String, _ scale: String) -> String {
      layerScale ? "(\(value)) * \(ScriptSource.weight("\(name).\(scale).gamma"))" : value
    }
    func normal(_ norm: String) -> String {
      ScriptSource.layerNormalization("x", "\(name).\(norm)", width: width, epsilon: epsilon)
    }
    let joined = ScriptSource.linear(normal("norm1"), "\(name).attn.qkv", bias: attentionBias)
    source.line("qkv = torch.reshape(\(joined), [n, -1, 3, \(heads), \(columns)]).permute([2, 0, 3, 1, 4])")
    let scale = 1 / Double(columns).squareRoot()
    source.line("a = torch.softmax(torch.matmul(qkv[0] * \(scale), qkv[1].transpose(2, 3)), -1)")
    source.line("y = torch.reshape(torch.matmul(a, qkv[2]).transpose(1, 2), [n, -1, \(width)])")
    source.line("x = x + \(scaled(ScriptSource.linear("y", "\(name).attn.proj"), "ls1"))")
    source.line("h = \(ScriptSource.linear(normal("norm2"), "\(name).mlp.fc1"))")
    switch activation {
    case .gelu: source.line("h = torch.gelu(h)")
    case .quickGELU: source.line("h = h * torch.sigmoid(h * 1.702)")
    case .swiGLU: source.line("h = torch.silu(h[:, :, :\(hidden)]) * h[:, :, \(hidden):]")
    }
    source.line("x = x + \(scaled(ScriptSource.linear("h", "\(name).mlp.fc2"), "ls2"))")
  }
}
