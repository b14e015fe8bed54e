internal import CTorch
internal import MVCore
internal import MVNetworks
internal import MVWeights

/// Adam, AdamW, SGD or LARS over a network's parameters, with torch.optim's formulas; one pass over memory a step.
final class Optimizer {
  let kind: OptimizerKind
  let weightDecay: Double
  /// The number of steps taken.
  private(set) var steps: Int
  private let parameters: [NamedTensor]
  private let first: [Tensor]
  private let second: [Tensor]

  private let groups: [Group]

  /// Parameters that are updated alike, by their places.
  private struct Group {
    var places: [Int]
    var weightDecay: Double
    var isLARS = false
  }

  /// LARS's trust coefficient in SimCLR, BYOL, Barlow Twins and VICReg.
  private static let trust = 0.001

  /// Prepares an update; without `decaysVectors`, biases and the weights of normalizations do not decay.
  ///
  /// Those are the parameters of one axis; LARS updates them as SGD does. Throws where libtorch fails.
  init(
    _ kind: OptimizerKind, parameters: [NamedTensor], weightDecay: Double, decaysVectors: Bool = true
  ) throws(MVError) {
    self.kind = kind
    self.weightDecay = weightDecay
    self.parameters = parameters
    steps = 0
    var first: [Tensor] = []
    var second: [Tensor] = []
    for parameter in parameters {
      first.append(try Tensor(zerosLike: parameter.tensor))
      if kind.hasSecondMoment { second.append(try Tensor(zerosLike: parameter.tensor)) }
    }
    self.first = first
    self.second = second
    let places = Array(parameters.indices)
    if kind == .lars || !decaysVectors {
      let isVector = parameters.map { $0.tensor.shape.count < 2 }
      groups = [
        Group(places: places.filter { !isVector[$0] }, weightDecay: weightDecay, isLARS: kind == .lars),
        Group(places: places.filter { isVector[$0] }, weightDecay: decaysVectors ? weightDecay : 0),
      ]
    } else {
      groups = [Group(places: places, weightDecay: weightDecay)]
    }
  }

  /// Moves every parameter by one step along its gradient, then forgets the gradients; throws where libtorch fails.
  func step(learningRate: Double) throws(MVError) {
    steps += 1
    for group in groups where !group.places.isEmpty { try step(group, learningRate) }
    try parameters.map(\.tensor).clearGradients()
  }

  private func step(_ group: Group, _ learningRate: Double) throws(MVError) {
    let tensors = group.places.map { Optional(parameters[$0].tensor.handle) }
    let firsts = group.places.map { Optional(first[$0].handle) }
    let count = Int64(tensors.count)
    switch kind {
    case .adam, .adamw:
      var settings = MVTAdam(
        learning_rate: learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: group.weightDecay,
        decoupled: kind == .adamw, step: Int64(steps))
      let seconds = group.places.map { Optional(second[$0].handle) }
      try check(mvt_adam_step(&settings, tensors, firsts, seconds, count), during: "optimiser step")
    case .sgd, .nesterov, .lars:
      var settings = MVTSGD(
        learning_rate: learningRate, momentum: 0.9, weight_decay: group.weightDecay, nesterov: kind == .nesterov,
        step: Int64(steps), trust: group.isLARS ? Self.trust : 0)
      try check(mvt_sgd_step(&settings, tensors, firsts, count), during: "optimiser step")
    }
  }

  /// The moments, called `optimizer.first.PARAMETER` and `optimizer.second.PARAMETER`.
  var state: [NamedTensor] {
    var state: [NamedTensor] = []
    for (name, moments) in [("first", first), ("second", second)] where !moments.isEmpty {
      for (parameter, moment) in zip(parameters, moments) {
        state.append(NamedTensor(name: "optimizer.\(name).\(parameter.name)", tensor: moment, isParameter: false))
      }
    }
    return state
  }

  /// Continues with the moments and the number of steps of a checkpoint; throws where they do not fit.
  func load(_ values: [String: TensorFile.Entry], steps: Int, from subject: String) throws(MVError) {
    for item in state {
      guard let entry = values[item.name], entry.shape == item.tensor.shape else {
        throw .badData(
          subject, "holds no fitting \(item.name)", remedy: "it was written by another optimizer; start a new run")
      }
      try item.tensor.assign(entry.values)
    }
    self.steps = steps
  }
}

extension Tensor {
  /// Zeros of the shape and memory layout of `other`.
  convenience init(zerosLike other: Tensor) throws(MVError) {
    try self.init(during: "zeros") { mvt_tensor_zeros_like(other.handle, $0) }
  }
}
