internal import Foundation
public import MVCore
public import MVEvaluation
internal import MVImaging
internal import MVNetworks

extension FinetuneSettings {
  /// A classifier alone, through the frozen network, as a published protocol trains it.
  ///
  /// Throws where the protocol has what these settings have not: standardized features, stored order.
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
    case .momentum(0.9, nesterov: true) where isPossible: optimizer = .nesterov
    default:
      throw .usage(
        "--protocol \(published.name)", "is not possible through the network",
        remedy: "take dino, simclr, vicreg or mv-mr; mvmr probe has all of them on stored features")
    }
  }

  /// A whole network, tuned on a part of the labels as SimCLR's paper does in its appendix B.5.
  ///
  /// Nesterov's momentum 0.9, a rate of 0.05 x batch / 256 for all weights, which falls by half a cosine, crops and
  /// flips, no decay, no warm-up; 60 epochs for 1 % of the labels, 30 for more, the last of which counts. The paper's
  /// batch is 4096; `model_util.py` has the cosine and the classifier's first weights.
  public static func simclr(batchSize: Int = 256, part: Double) -> FinetuneSettings {
    var settings = FinetuneSettings()
    settings.batchSize = batchSize
    settings.epochs = part <= 0.01 ? 60 : 30
    settings.lr = 0.05 * Double(batchSize) / 256
    settings.headLR = settings.lr
    settings.weightDecay = 0
    settings.optimizer = .nesterov
    settings.scheduler = .cosine
    settings.policy = .crop
    settings.headStart = .normal
    settings.heldOut = 0
    return settings
  }

  /// The learning rate of a step, where `highest` is the full one.
  func rate(at step: Int, stepsPerEpoch: Int, highest: Double) -> Double {
    let schedule = LearningRateSchedule(
      kind: scheduler, highest: highest, lowest: min(minLR, highest),
      warmupSteps: Int((warmupEpochs * Double(stepsPerEpoch)).rounded()), totalSteps: epochs * stepsPerEpoch,
      milestones: milestones.map { $0 * stepsPerEpoch }, gamma: gamma,
      restartSteps: restartEpochs * stepsPerEpoch, restartFactor: restartFactor)
    return schedule.rate(at: byEpoch ? step / stepsPerEpoch * stepsPerEpoch : step)
  }

  /// Throws a usage error where settings do not go together.
  func check() throws(MVError) {
    try precision.check(on: device)
    try Torch.checkThreads(threads)
    guard scheduler != .warmupCosine || warmupEpochs < Double(epochs) else {
      throw .usage(
        "setting warmup_epochs=\(warmupEpochs)", "is not below epochs=\(epochs)", remedy: "warm up for less")
    }
  }

  /// The element of products on what networks run on now; nil for float32.
  var products: Torch.HalfElement? { precision.products }

  /// The settings that a resumed run may change.
  static let free: Set<String> = ["threads", "workers", "checkpoint_every", "device"]
}
