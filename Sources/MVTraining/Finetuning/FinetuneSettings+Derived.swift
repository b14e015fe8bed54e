internal import Foundation
public import MVCore
public import MVEvaluation
internal import MVImaging
internal import MVNetworks

extension FinetuneSettings {
  /// A classifier alone, through the frozen network, as a published protocol trains it.
  ///
  /// Throws where the protocol has what these settings have not: Nesterov's momentum, standardized features, stored
  /// order.
  public init(_ published: SGDProtocol) throws(MVError) {
    self.init()
    headOnly = true
    batchSize = published.batchSize
    epochs = published.epochs
    headLR = published.scaled(published.learningRate)
    weightDecay = published.weightDecay
    scheduler = published.schedule == .constant ? .constant : .cosine
    byEpoch = published.schedule == .cosineByEpoch
    policy = published.name == SGDProtocol.mvmr.name ? .custom : .crop
    headStart = published.start == .normal ? .normal : published.start == .zeros ? .zeros : .uniform
    if !published.selectsEpoch { heldOut = 0 }
    let isPossible = !published.standardizes && published.shuffles && published.augments
    switch published.optimizer {
    case .adam where isPossible: optimizer = .adam
    case .momentum(0.9, nesterov: false) where isPossible: optimizer = .sgd
    default:
      throw .usage(
        "--protocol \(published.name)", "is not possible through the network",
        remedy: "take dino, vicreg or mv-mr; mvmr probe has all of them on stored features")
    }
  }

  /// The learning rate of a step, where `highest` is the full one.
  func rate(at step: Int, stepsPerEpoch: Int, highest: Double) -> Double {
    let schedule = LearningRateSchedule(
      kind: scheduler, highest: highest, lowest: min(minLR, highest),
      warmupSteps: Int((warmupEpochs * Double(stepsPerEpoch)).rounded()), totalSteps: epochs * stepsPerEpoch,
      milestones: milestones.map { $0 * stepsPerEpoch }, gamma: gamma)
    return schedule.rate(at: byEpoch ? step / stepsPerEpoch * stepsPerEpoch : step)
  }

  /// Throws a usage error where settings do not go together.
  func check() throws(MVError) {
    guard scheduler != .warmupCosine || warmupEpochs < Double(epochs) else {
      throw .usage(
        "setting warmup_epochs=\(warmupEpochs)", "is not below epochs=\(epochs)", remedy: "warm up for less")
    }
  }

  /// Whether products are made in bfloat16 on this machine.
  var usesBFloat16: Bool {
    switch precision {
    case .automatic: Torch.hasFastBFloat16
    case .float32: false
    case .bfloat16: true
    }
  }

  /// The settings that a resumed run may change.
  static let free: Set<String> = ["threads", "workers", "checkpoint_every"]
}
