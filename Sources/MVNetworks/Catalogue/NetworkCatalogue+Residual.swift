internal import MVImaging

extension NetworkCatalogue {
  /// torchvision's, and those for CIFAR.
  static let residual: [Entry] = torchvisionResidual + cifar

  private static let torchvisionResidual: [Entry] =
    [18, 34, 50, 101, 152].compactMap { layers in
      entry(
        "resnet\(layers)", ["torchvision/resnet\(layers)", "resnet\(layers).tv_in1k"],
        .resNet(layers: layers, stem: .imagenet, classes: 1000), .imagenet(224), "torchvision")
    }
    + [
      entry(
        "dino-resnet50", ["dino_resnet50"], .resNet(layers: 50, stem: .imagenet), .dino(224), "torchvision")
    ].compactMap { $0 }

  private static let cifar: [Entry] =
    [20, 32, 44, 56, 110].compactMap { depth in
      // As akamaster's pytorch_resnet_cifar10 publishes them, normalized as ImageNet is.
      entry(
        "cifar-resnet\(depth)", ["pytorch_resnet_cifar10/resnet\(depth)"],
        .cifarResNet(depth: depth, widths: [16, 32, 64], shortcut: .padded, classes: 10),
        .plain(32, .imagenet), "torchvision")
    }
    + [20, 32, 44, 56].compactMap { depth in
      // As chenyaofo's pytorch-cifar-models has them on torch hub.
      entry(
        "cifar-resnet\(depth)-projected", ["cifar10_resnet\(depth)"],
        .cifarResNet(depth: depth, widths: [16, 32, 64], classes: 10),
        .plain(32, .none).normalized(mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.2010]), "torchvision"
      )
    }
    + [
      // As RepDistiller has it, for CIFAR-100.
      entry(
        "resnet8x4", ["cifar-resnet8x4"], .cifarResNet(depth: 8, widths: [32, 64, 128, 256], classes: 100),
        .plain(32, .none).normalized(mean: [0.5071, 0.4867, 0.4408], deviation: [0.2675, 0.2565, 0.2761]), "torchvision"
      )
    ].compactMap { $0 }

  private static func entry(
    _ name: String, _ aliases: [String], _ architecture: ResidualConfiguration?, _ preprocessing: Preprocessing,
    _ peer: String
  ) -> Entry? {
    architecture.map {
      Entry(
        name: name, aliases: aliases, architecture: .residual($0), preprocessing: preprocessing, peer: peer)
    }
  }
}
