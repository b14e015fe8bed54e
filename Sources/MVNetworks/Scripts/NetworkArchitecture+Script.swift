extension NetworkArchitecture {
  /// The class and the functions of such a network: `forward` gives features, `logits` and `projection` what there is.
  var script: (name: String, source: String) {
    switch self {
    case .residual(let architecture): ("ResidualNetwork", architecture.script)
    case .transformer(let configuration): ("VisionTransformer", configuration.script)
    case .modifiedResidual(let configuration): ("ModifiedResNet", configuration.script)
    }
  }
}

extension ScriptSource {
  /// Convolution, normalization and, unless it is the last of a block, a rectifier.
  fileprivate mutating func layer(
    _ target: String, of input: String, _ convolution: String, _ normalization: String, stride: Int = 1, padding: Int,
    rectified: Bool = true
  ) {
    let value = Self.convolution(input, convolution, stride: stride, padding: padding)
    let normal = Self.batchNormalization(value, normalization)
    line("\(target) = " + (rectified ? "torch.relu(\(normal))" : normal))
  }
}

extension ResidualConfiguration {
  fileprivate var script: String {
    var source = ScriptSource()
    source.begin("forward", "images")
    let isWide = stem == .imagenet
    source.layer("x", of: "images", "conv1", "bn1", stride: isWide ? 2 : 1, padding: isWide ? 3 : 1)
    if stem != .cifar { source.line("x = torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])") }
    var inputs = stemWidth
    for (stage, (width, count)) in zip(widths, blocks).enumerated() {
      for index in 0..<count {
        let outputs = width * block.expansion
        let stride = stage > 0 && index == 0 ? 2 : 1
        let name = "layer\(stage + 1).\(index)"
        let plan = block == .basic ? [(stride, 1), (1, 1)] : [(1, 0), (stride, 1), (1, 0)]
        for (place, (stride, padding)) in plan.enumerated() {
          source.layer(
            "y", of: place == 0 ? "x" : "y", "\(name).conv\(place + 1)", "\(name).bn\(place + 1)", stride: stride,
            padding: padding, rectified: place < plan.count - 1)
        }
        if stride != 1 || inputs != outputs {
          switch shortcut {
          case .projected:
            source.layer(
              "x", of: "x", "\(name).downsample.0", "\(name).downsample.1", stride: stride, padding: 0,
              rectified: false)
          case .padded:
            let half = (outputs - inputs) / 2
            source.line(
              "x = torch.constant_pad_nd(x[:, :, ::\(stride), ::\(stride)], [0, 0, 0, 0, \(half), \(half)], 0)")
          }
        }
        source.line("x = torch.relu(x + y)")
        inputs = outputs
      }
    }
    source.line("return torch.mean(x, [2, 3])")
    if classes > 0 {
      source.begin("logits", "images")
      source.line("return \(ScriptSource.linear("self.forward(images)", "fc"))")
    }
    return source.text
  }
}

extension ModifiedResNetConfiguration {
  fileprivate var script: String {
    var source = ScriptSource()
    source.begin("forward", "images")
    source.layer("x", of: "images", "conv1", "bn1", stride: 2, padding: 1)
    source.layer("x", of: "x", "conv2", "bn2", padding: 1)
    source.layer("x", of: "x", "conv3", "bn3", padding: 1)
    source.line("x = torch.avg_pool2d(x, [2, 2])")
    for (stage, count) in blocks.enumerated() {
      for index in 0..<count {
        let name = "layer\(stage + 1).\(index)"
        let halves = stage > 0 && index == 0
        source.layer("y", of: "x", "\(name).conv1", "\(name).bn1", padding: 0)
        source.layer("y", of: "y", "\(name).conv2", "\(name).bn2", padding: 1)
        if halves { source.line("y = torch.avg_pool2d(y, [2, 2])") }
        source.layer("y", of: "y", "\(name).conv3", "\(name).bn3", padding: 0, rectified: false)
        if halves { source.line("x = torch.avg_pool2d(x, [2, 2])") }
        if index == 0 {
          source.layer(
            "x", of: "x", "\(name).downsample.0", "\(name).downsample.1", padding: 0, rectified: false)
        }
        source.line("x = torch.relu(x + y)")
      }
    }
    source.line(
      "assert x.size(2) == \(grid) and x.size(3) == \(grid), \"images must be of \(imageSize)x\(imageSize) pixels\"")
    source.line("n = x.size(0)")
    source.line("x = torch.flatten(x, 2).transpose(1, 2)")
    source.line(
      "x = torch.cat([torch.mean(x, [1], True), x], 1) + \(ScriptSource.weight("attnpool.positional_embedding"))")
    // The one query is the mean's.
    let shape = "\(heads), \(features / heads)"
    for (target, input, name) in [("q", "x[:, :1]", "q_proj"), ("k", "x", "k_proj"), ("v", "x", "v_proj")] {
      let value = ScriptSource.linear(input, "attnpool.\(name)")
      source.line("\(target) = torch.reshape(\(value), [n, -1, \(shape)]).transpose(1, 2)")
    }
    let scale = 1 / (Double(features) / Double(heads)).squareRoot()
    source.line("a = torch.softmax(torch.matmul(q * \(scale), k.transpose(2, 3)), -1)")
    source.line("return torch.reshape(torch.matmul(a, v).transpose(1, 2), [n, \(features)])")
    source.begin("projection", "images")
    source.line("return \(ScriptSource.linear("self.forward(images)", "attnpool.c_proj"))")
    return source.text
  }
}
