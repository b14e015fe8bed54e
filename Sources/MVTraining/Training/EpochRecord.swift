/// The figures of one epoch.
public struct EpochRecord: Hashable, Sendable {
  /// The number of the epoch, from 1.
  public let epoch: Int
  /// The number of steps done since the run began.
  public let step: Int
  /// The mean of the loss terms over the epoch's steps.
  public let loss: LossTerms
  /// The learning rate of the last step.
  public let learningRate: Double
  /// The number of images per second, waiting included; both views of an image count as one.
  public let imagesPerSecond: Double
  /// The share of the time that the network waited for batches, 0...1.
  public let waitingShare: Double
  /// The share of the time that went into the encoder's forward and backward passes and the optimizer, 0...1.
  public let networkShare: Double
  /// The duration of the epoch in seconds, without validation; for a resumed epoch, that of the resumed part.
  public let seconds: Double
  /// The accuracies of k-NN and probe on the embeddings after the epoch; nil where they were not scored.
  public let validation: ValidationScores?
}
