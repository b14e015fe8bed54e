package import MVCore

extension NetworkArchitecture {
  /// A network of this structure; its weights are a function of `seed` alone, and zero without one.
  ///
  /// Zeros are for a network whose weights are read next: drawing those of a large one takes seconds. `channelsLast`
  /// keeps channels fastest in memory in convolutions. Throws a usage error where no such network can be made, as where
  /// the heads do not divide the width.
  package func backbone(seed: UInt64?, channelsLast: Bool = true) throws(MVError) -> any Backbone {
    var initializer = WeightInitializer(seed: seed)
    return try backbone(channelsLast: channelsLast, initializer: &initializer)
  }

  /// A network of this structure with weights of `initializer`.
  func backbone(channelsLast: Bool, initializer: inout WeightInitializer) throws(MVError) -> any Backbone {
    switch self {
    case .residual(let architecture):
      return try ResidualNetwork(architecture, channelsLast: channelsLast, initializer: &initializer)
    case .transformer(let configuration):
      return try VisionTransformer(configuration, initializer: &initializer)
    case .modifiedResidual(let configuration):
      return try ModifiedResNet(configuration, channelsLast: channelsLast, initializer: &initializer)
    }
  }
}
