/// The state of fine-tuning after a step.
public struct FinetuneProgress: Hashable, Sendable {
  /// The number of steps done since the run began, those before a resume included.
  public let step: Int
  /// The number of steps of the whole run.
  public let totalSteps: Int
  /// The number of epochs of the whole run.
  public let epochs: Int
  /// The number of steps per epoch.
  public let stepsPerEpoch: Int
  /// The mean cross-entropy of this step's batch.
  public let loss: Double
  /// The number of images of this step.
  public let images: Int
  /// The scores of the epoch that this step ended, or nil.
  public let finishedEpoch: FinetuneEpoch?

  /// The epoch of this step, from 1.
  public var epoch: Int { (step - 1) / stepsPerEpoch + 1 }
}
