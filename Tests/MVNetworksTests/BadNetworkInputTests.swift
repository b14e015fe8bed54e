import MVCore
import TestSupport
import Testing

@testable import MVNetworks

/// What is wrong with a network or its images is said in one line that names what fits.
@Suite struct BadNetworkInputTests {
  func text(_ body: () throws -> Void) -> String {
    let error = #expect(throws: MVError.self) { try body() }
    #expect(error?.kind == .usage)
    return error.map { "\($0)" } ?? ""
  }

  @Test func imagesThatAreNoMultipleOfThePatch() throws {
    let network = try SmallNetworks.network(#require(SmallNetworks.all["vit"]))
    let expected =
      "images of 30x32: are no whole number of patches of 8x8 pixels; give a size of multiples of 8, for example 32x32"
    let size = ImageSize(height: 30, width: 32)
    #expect(text { try network.check(size) } == expected)
    #expect(text { try network.check(ImageSize(height: 2, width: 90)) }.contains("for example 8x88"))
    #expect(text { _ = try network.output(.features, of: SmallNetworks.images(size), .evaluation) }.contains("30x32"))
    try network.check(ImageSize(height: 8, width: 80))
  }

  @Test func imagesOfWhichNothingIsLeft() throws {
    let network = try SmallNetworks.network(#require(SmallNetworks.all["modified_resnet"]))
    let size = ImageSize(height: 31, width: 64)
    #expect(text { try network.check(size) }.contains("for example 32x64"))
    #expect(text { _ = try network.output(.features, of: SmallNetworks.images(size), .evaluation) }.contains("31x64"))
    try network.check(ImageSize(height: 33, width: 32))
  }

  @Test(arguments: [
    ("vit", NetworkOutput.projection, "features, logits, patches, class+patches, stage1, stage2"),
    ("vit", .stage(3), "stage1, stage2"), ("vit_average", .classAndPatches, "features, logits, patches, stage1"),
    ("clip", .logits, "features, projection, patches"),
    ("modified_resnet", .stage(5), "features, projection, stage1, stage2, stage3, stage4"),
    ("modified_resnet", .patches, "features, projection"), ("resnet34", .patches, "features, logits, stage1"),
    ("resnet34", .stage(0), "features, logits, stage1, stage2, stage3"),
  ])
  func outputsThatThereAreNot(_ name: String, _ output: NetworkOutput, _ remedy: String) throws {
    let network = try SmallNetworks.network(#require(SmallNetworks.all[name]))
    #expect(network.columns(of: output) == nil || !network.outputs.contains(output))
    let images = try SmallNetworks.images(ImageSize(height: 64, width: 64))
    let text = text { _ = try network.output(output, of: images, .evaluation) }
    #expect(text.contains("layer \(output)") && text.contains(remedy), "\(text)")
  }

  static let transformers: [(String, @Sendable (inout VisionTransformerConfiguration) -> Void)] = [
    ("use 1, 2, 3, 4, 6, 8, 12, 16, 24, 48", { $0.heads = 5 }), ("heads=0", { $0.heads = 0 }),
    ("patch=64", { $0.patch = 64 }), ("depth=0", { $0.depth = 0 }), ("registers=-1", { $0.registers = -1 }),
    (
      "class token",
      {
        $0.classToken = false
        $0.distillationToken = true
      }
    ),
  ]

  @Test(arguments: transformers.indices) func transformersThatCannotBe(_ index: Int) {
    let (expected, change) = Self.transformers[index]
    let text = text { _ = try NetworkArchitecture.transformer(SmallNetworks.transformer(change)).backbone(seed: nil) }
    #expect(text.contains(expected), "\(text)")
  }

  @Test func residualNetworksThatCannotBe() throws {
    func made(_ architecture: NetworkArchitecture) -> String { text { _ = try architecture.backbone(seed: nil) } }
    func modified(_ change: (inout ModifiedResNetConfiguration) -> Void) -> String {
      var configuration = ModifiedResNetConfiguration(width: 8, projection: 20)
      change(&configuration)
      return made(.modifiedResidual(configuration))
    }
    #expect(modified { $0.heads = 3 }.contains("use 1, 2, 4, 8"))
    #expect(modified { $0.width = 7 }.contains("an even number"))
    #expect(modified { $0.blocks = [1, 1] }.contains("four"))
    #expect(modified { $0.projection = 0 }.contains("a column or more"))
    var residual = try #require(ResidualConfiguration.resNet(layers: 50, stem: .imagenet))
    residual.shortcut = .padded
    #expect(made(.residual(residual)).contains("shortcut=projected"))
    let odd = try #require(ResidualConfiguration.cifarResNet(depth: 8, widths: [8, 17, 32], shortcut: .padded))
    #expect(made(.residual(odd)).contains("8 channels to 17"))
  }

  /// What an operation is wrongly called with comes out as an error.
  @Test func operationsRefuseWhatDoesNotFit() throws {
    let x = try Tensor([1, 2, 3, 4, 5, 6], shape: [1, 2, 3])
    #expect(throws: MVError.self) { _ = try x.attending(keys: x, values: x, heads: 2) }
    #expect(throws: MVError.self) { _ = try x.reshaped([4]) }
    #expect(throws: MVError.self) { _ = try x.permuted([0, 1]) }
    #expect(throws: MVError.self) { _ = try x.narrowed(axis: 1, 1..<4) }
    #expect(throws: MVError.self) { _ = try x.expanded([1, 3, 3]) }
    #expect(throws: MVError.self) { _ = try [x, x.reshaped([6])].concatenated(axis: 0) }
    #expect(throws: MVError.self) { _ = try x.mean(axis: 3) }
    #expect(throws: MVError.self) { _ = try x.layerNormalized(weight: x, bias: x, epsilon: 1e-6) }
    #expect(throws: MVError.self) { _ = try x.averagePooled(kernel: 0) }
  }
}
