public import MVCore

/// What a person may say of a network that its file does not: shapes alone do not tell everything.
public struct NetworkSettings: Configurable, Hashable {
  /// The published network that the file is of, by a name of the catalogue; empty for what names and shapes tell.
  ///
  /// It says what they leave open: how positions are interpolated, what is done to images.
  public var network = ""
  /// The part of the file that is the network, as `teacher` or `encoder_k`; empty for the rule.
  public var part = ""
  /// The number of attention heads; 0 for what the file's folder says, or a head for 64 columns.
  public var heads = 0
  /// What stands in a transformer's perceptrons; nil for what the file says, or its naming.
  public var activation: VisionTransformerConfiguration.Activation?
  /// What normalizations of a transformer add to the variance; 0 for what the file says, or its naming.
  public var epsilon = 0.0
  /// How positions are brought to images of another size; nil for what the network's own code does.
  public var positions: VisionTransformerConfiguration.Positions?
  /// The first layers of a residual network with a 3x3 convolution; nil for what the file says, or its stages.
  public var stem: ResidualConfiguration.Stem?

  /// The name errors use.
  public static let name = "network"

  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<NetworkSettings>] = [
    .string(
      "network", \.network,
      .init("a name of mvmr networks", examples: ["dino_vits16", "ViT-B/32"], counterexamples: ["a b"]) {
        $0.allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) }
      }, "the published network that the file is of, which says what names and shapes leave open"),
    .string(
      "part", \.part,
      .init("a name in the file", examples: ["teacher", "module.encoder_k"], counterexamples: ["a b"]) {
        $0.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) }
      }, "which network of a file that holds several"),
    .int("heads", \.heads, 0...1024, "attention heads; 0 for one each 64 columns, as the field has it"),
    .choice("activation", \.activation, automatic: "auto", "what stands in a transformer's perceptrons"),
    .double("epsilon", \.epsilon, 0...1, "what a transformer's normalizations add to the variance; 0 for its code's"),
    .choice("positions", \.positions, automatic: "auto", "how positions are brought to another size of image"),
    .choice("stem", \.stem, automatic: "auto", "the first layers of a residual network: 3x3 kernels do not tell"),
  ]

  /// What the file says.
  public init() {}
}
