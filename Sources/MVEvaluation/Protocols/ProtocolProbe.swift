public import MVCore

/// A linear probe trained by minibatches as a published protocol says, at one learning rate or several at once.
///
/// Several rates (or a protocol that takes its best epoch) are compared on a stratified part of train that is held out;
/// the best (of ties the smaller rate, the earlier epoch) is then trained on all of train. With rows for `selectingOn`,
/// these decide instead: that repeats published numbers which were chosen on test.
public struct ProtocolProbe: Hashable, Sendable {
  /// The protocol.
  public let settings: SGDProtocol
  /// The learning rates to try, in the unit of ``SGDProtocol/learningRate``, ascending.
  public let learningRates: [Double]
  /// The share of each class that is held out to choose, between 0 and 1.
  public let heldOut: Double
  /// The seed of the first weights, the order of rows and the held-out rows.
  public let seed: UInt64
  /// The number of threads to use.
  public let threads: Int

  /// Creates a probe; without rates, the published one is used.
  ///
  /// Settings out of range are reported when it is fitted.
  public init(
    _ settings: SGDProtocol, learningRates: [Double] = [], heldOut: Double = 0.1, seed: UInt64 = 0,
    threads: Int = Parallel.processorCount
  ) {
    self.settings = settings
    self.learningRates = learningRates.isEmpty ? [settings.learningRate] : Set(learningRates).sorted()
    self.heldOut = heldOut
    self.seed = seed
    self.threads = max(1, threads)
  }

  /// Trains on the labeled rows of `train`; `progress` counts rows, once per epoch.
  ///
  /// With `crops`, the same rows of randomly cropped images, each epoch learns from the next of them in turn, and
  /// `train` itself is only what held-out rows and the final loss are taken of.
  /// With `selectingOn`, rate and epoch are chosen by accuracy on those rows, and nothing is held out. Throws as
  /// ``LinearProbe/fit(_:cancellation:progress:)`` does, where crops are of other rows, and where every rate diverges.
  public func fit(
    _ train: LabeledFeatures, crops: [LabeledFeatures] = [], selectingOn test: LabeledFeatures? = nil,
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> FittedProtocolProbe {
    let run = EvaluationRun("protocol \(settings.name)", cancellation: cancellation, progress: progress)
    if let wrong = learningRates.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .usage("learning rate \(wrong)", "is not above 0", remedy: "give finite numbers above 0")
    }
    guard settings.batchSize > 0, settings.epochs > 0 else {
      throw .usage("batch size or epochs", "is not above 0", remedy: "give numbers above 0")
    }
    guard heldOut > 0, heldOut < 1 else {
      throw .usage("held-out part \(heldOut)", "is not between 0 and 1", remedy: "hold out a part such as 0.1")
    }
    return try ProtocolFit(self, train: train, crops: crops, test: test, run: run).fit()
  }
}
