/// The state of a training run after a step.
public struct TrainingProgress: Hashable, Sendable {
  /// The number of steps done since the run began, those before a resume included.
  public let step: Int
  /// The number of steps of the whole run.
  public let totalSteps: Int
  /// The epoch of this step, from 1.
  public let epoch: Int
  /// The number of epochs of the whole run.
  public let epochs: Int
  /// The number of steps done in this epoch.
  public let stepInEpoch: Int
  /// The number of steps per epoch.
  public let stepsPerEpoch: Int
  /// The loss terms of this step.
  public let loss: LossTerms
  /// The learning rate of this step.
  public let learningRate: Double
  /// The number of images per second since this process began; both views of an image count as one.
  public let imagesPerSecond: Double
  /// The estimated number of seconds until the end of the run.
  public let secondsLeft: Double
  /// The share of the time so far that the network waited for batches, 0...1.
  public let waitingShare: Double
  /// The seconds spent so far in the encoder's two passes and in the optimizer.
  ///
  /// The rest is the loss, waiting for batches, copies, logs, checkpoints and scores.
  public let networkSeconds: Double
  /// The record of the epoch that this step ended, or nil.
  public let finishedEpoch: EpochRecord?

  /// The share of the run that is done, 0...1.
  public var fraction: Double { Double(step) / Double(totalSteps) }
}
