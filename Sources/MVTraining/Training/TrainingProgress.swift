/// How far a training run has come, after each step.
public struct TrainingProgress: Hashable, Sendable {
  /// Steps done since the run began, those before a resume included.
  public let step: Int
  /// Steps of the whole run.
  public let totalSteps: Int
  /// The epoch of this step, counted from 1.
  public let epoch: Int
  /// Epochs of the whole run.
  public let epochs: Int
  /// Steps done in this epoch.
  public let stepInEpoch: Int
  /// Steps of an epoch.
  public let stepsPerEpoch: Int
  /// The loss terms of this step.
  public let loss: LossTerms
  /// The learning rate of this step.
  public let learningRate: Double
  /// Images trained on a second since this process began; both views of an image count as one.
  public let imagesPerSecond: Double
  /// Seconds until the end at this rate.
  public let secondsLeft: Double
  /// The share of the time so far that the network waited for batches, 0...1.
  public let waitingShare: Double
  /// Seconds spent so far in the encoder's forward and backward passes and in the optimizer; the rest is the loss, batches
  /// waited for, copies, logs, checkpoints and scores.
  public let networkSeconds: Double
  /// The epoch's record, where this step ended it.
  public let finishedEpoch: EpochRecord?

  /// 0...1.
  public var fraction: Double { Double(step) / Double(totalSteps) }
}
