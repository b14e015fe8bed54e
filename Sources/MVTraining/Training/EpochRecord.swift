/// What one epoch came to.
public struct EpochRecord: Hashable, Sendable {
  /// Counted from 1.
  public let epoch: Int
  /// Steps done since the run began.
  public let step: Int
  /// The mean of the loss terms over the epoch's steps.
  public let loss: LossTerms
  /// The learning rate of the last step.
  public let learningRate: Double
  /// Images trained on a second, waiting included; both views of an image count as one.
  public let imagesPerSecond: Double
  /// The share of the time that the network waited for batches, 0...1.
  public let waitingShare: Double
  /// The share of the time that went into the encoder's forward and backward passes and the optimizer, 0...1.
  public let networkShare: Double
  /// Seconds the epoch took, validation left out; of a resumed epoch, the resumed part.
  public let seconds: Double
  /// How well the embeddings told the classes apart after the epoch, where that was scored.
  public let validation: ValidationScores?
}
