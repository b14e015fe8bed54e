/// A tensor of a network's state.
package struct NamedTensor {
  /// PyTorch's name, for example `layer1.0.conv1.weight`.
  package let name: String
  /// The values.
  package let tensor: Tensor
  /// Whether it is trained; running statistics are not.
  package let isParameter: Bool

  /// Names a tensor.
  package init(name: String, tensor: Tensor, isParameter: Bool) {
    self.name = name
    self.tensor = tensor
    self.isParameter = isParameter
  }
}

extension [NamedTensor] {
  /// The same with `prefix` and a dot before each name.
  package func prefixed(_ prefix: String) -> [NamedTensor] {
    map { NamedTensor(name: "\(prefix).\($0.name)", tensor: $0.tensor, isParameter: $0.isParameter) }
  }
}
