/// Functions of a network in TorchScript's language, as the source of its forward passes.
///
/// They use operators that every libtorch since 1.8 has, and weights by their canonical names.
struct ScriptSource {
  private var lines: [String] = []

  /// The text of the functions so far.
  var text: String { lines.joined(separator: "\n") + "\n" }

  /// Begins a function from images, or what `argument` names, to one tensor.
  mutating func begin(_ name: String, _ argument: String) {
    lines.append("def \(name)(self, \(argument): Tensor) -> Tensor:")
  }

  /// Adds a line to the function.
  mutating func line(_ text: String) { lines.append("  \(text)") }

  /// The expression for a tensor; parts of names that are numbers are no words of the language.
  static func weight(_ name: String) -> String {
    name.split(separator: ".").reduce("self") { outer, part in
      part.first?.isNumber == true ? "getattr(\(outer), \"\(part)\")" : "\(outer).\(part)"
    }
  }

  // MARK: Layers

  /// A square convolution without bias, or with one where it is named.
  static func convolution(
    _ input: String, _ name: String, stride: Int, padding: Int, bias: Bool = false
  ) -> String {
    let bias = bias ? weight("\(name).bias") : "None"
    return "torch.conv2d(\(input), \(weight("\(name).weight")), \(bias), [\(stride), \(stride)], "
      + "[\(padding), \(padding)], [1, 1], 1)"
  }

  static func batchNormalization(_ input: String, _ name: String) -> String {
    let parts = ["weight", "bias", "running_mean", "running_var"].map { weight("\(name).\($0)") }
    return "torch.batch_norm(\(input), \(parts.joined(separator: ", ")), False, 0.1, 1e-05, True)"
  }

  static func layerNormalization(_ input: String, _ name: String, width: Int, epsilon: Double) -> String {
    "torch.layer_norm(\(input), [\(width)], \(weight("\(name).weight")), \(weight("\(name).bias")), \(epsilon), False)"
  }

  static func linear(_ input: String, _ name: String, bias: Bool = true) -> String {
    "torch.linear(\(input), \(weight("\(name).weight")), \(bias ? weight("\(name).bias") : "None"))"
  }
}
