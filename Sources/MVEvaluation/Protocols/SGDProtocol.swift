internal import Foundation

/// A published way to train a linear classifier by minibatches on frozen features, as numbers.
///
/// The encoder is frozen by construction: the features are the stored ones, those of random crops where a file holds
/// them. Each epoch visits every row once; its last batch may be smaller.
public struct SGDProtocol: Hashable, Sendable, Codable {
  /// The rule that weights move by.
  public enum Optimizer: Hashable, Sendable, Codable {
    /// Stochastic gradient descent; the momentum's buffer is momentum * buffer + gradient.
    case momentum(Float, nesterov: Bool)
    /// Adam (Kingma and Ba 2015) with its usual constants 0.9, 0.999 and 1e-8.
    case adam
  }

  /// The course of the learning rate.
  public enum Schedule: String, Hashable, Sendable, Codable {
    /// The same rate throughout.
    case constant
    /// Half a cosine down to 0, one step per epoch.
    case cosineByEpoch
    /// Half a cosine down to 0, one step per batch.
    case cosineByStep
  }

  /// The weights before the first step.
  public enum Start: String, Hashable, Sendable, Codable {
    /// All weights and biases 0.
    case zeros
    /// Normal weights of standard deviation 0.01; biases 0.
    case normal
    /// Weights and biases uniform within 1 / sqrt(columns), PyTorch's default.
    case uniform
  }

  /// The name on the command line.
  public let name: String
  /// The source of the figures.
  public let source: String
  /// The number of rows per step.
  public var batchSize: Int
  /// The published learning rate; for a batch of ``referenceBatch`` where there is one.
  public var learningRate: Double
  /// The batch that the learning rate is given for: it is multiplied by batch / this; nil where it is used as it is.
  public var referenceBatch: Int?
  /// The rule that weights move by.
  public var optimizer: Optimizer
  /// The weight decay: this times the weights and biases is added to the gradient.
  public var weightDecay: Double
  /// The course of the learning rate.
  public var schedule: Schedule
  /// The number of passes over the rows.
  public var epochs: Int
  /// The weights before the first step.
  public var start: Start
  /// Whether columns are standardized to mean 0 and standard deviation 1 over train.
  public var standardizes: Bool
  /// Whether each epoch has an order of its own; otherwise rows are taken as they are stored.
  public var shuffles: Bool
  /// Whether the best epoch counts; otherwise the last one does.
  public var selectsEpoch: Bool
  /// Whether the paper trains on images that are augmented anew in each epoch, which stored crops stand in for.
  public var augments = true

  /// DINO's protocol: its paper's section on implementation, and `eval_linear.py`.
  public static let dino = SGDProtocol(
    name: "dino", source: "Caron et al. 2021; facebookresearch/dino eval_linear.py", batchSize: 1024,
    learningRate: 0.001, referenceBatch: 256, optimizer: .momentum(0.9, nesterov: false), weightDecay: 0,
    schedule: .cosineByEpoch, epochs: 100, start: .normal, standardizes: false, shuffles: true, selectsEpoch: false)

  /// SimCLR's protocol: appendix B.6 of its paper, without weight decay (the README's command for ImageNet has 1e-6).
  public static let simclr = SGDProtocol(
    name: "simclr", source: "Chen et al. 2020, appendix B; google-research/simclr run.py", batchSize: 4096,
    learningRate: 0.1, referenceBatch: 256, optimizer: .momentum(0.9, nesterov: true), weightDecay: 0,
    schedule: .cosineByStep, epochs: 90, start: .zeros, standardizes: false, shuffles: true, selectsEpoch: false)

  /// VICReg's protocol: `evaluate.py`, with the rate of its README (0.02; the script's own default is 0.3).
  public static let vicreg = SGDProtocol(
    name: "vicreg", source: "Bardes et al. 2022; facebookresearch/vicreg evaluate.py --lr-head 0.02", batchSize: 256,
    learningRate: 0.02, referenceBatch: nil, optimizer: .momentum(0.9, nesterov: false), weightDecay: 1e-6,
    schedule: .cosineByEpoch, epochs: 100, start: .normal, standardizes: false, shuffles: true, selectsEpoch: false)

  /// What `--retrain` of MV-MR's released code does: Adam on augmented images, the best of 100 epochs.
  ///
  /// The released code chooses that epoch by its accuracy on test; here it is chosen on held-out rows of train, unless
  /// test rows are given for that. The batch is that of the run's configuration: 512 for CIFAR-20, 256 for STL-10 and
  /// ImageNet, which is used here. It starts from the classifier that was trained beside the encoder, where there is
  /// one; here from weights of its own.
  public static let mvmr = SGDProtocol(
    name: "mv-mr", source: "vkinakh/mv-mr evaluate_self_supervised.py --retrain", batchSize: 256, learningRate: 1e-3,
    referenceBatch: nil, optimizer: .adam, weightDecay: 0, schedule: .cosineByEpoch, epochs: 100, start: .uniform,
    standardizes: false, shuffles: true, selectsEpoch: true)

  /// The protocol of MV-MR's code until June 2023: Adam on standardized embeddings in stored order, the best of 200
  /// epochs.
  ///
  /// That epoch is chosen as in ``mvmr``.
  public static let mvmr2022 = SGDProtocol(
    name: "mv-mr-2022", source: "vkinakh/mv-mr linear_evaluator.py, until June 2023", batchSize: 256,
    learningRate: 1e-4, referenceBatch: nil, optimizer: .adam, weightDecay: 0, schedule: .constant, epochs: 200,
    start: .uniform, standardizes: true, shuffles: false, selectsEpoch: true, augments: false)

  /// All protocols.
  public static let all = [dino, simclr, vicreg, mvmr, mvmr2022]

  /// The learning rate of the optimizer for `rate`, which is in the unit of ``learningRate``.
  public func scaled(_ rate: Double) -> Double {
    referenceBatch.map { rate * Double(batchSize) / Double($0) } ?? rate
  }

  /// Eleven rates around the published one, from a hundredth of it to a thousand times it, two per decade.
  public var sweep: [Double] {
    (-4...6).map { learningRate * exp(2.302585092994046 * Double($0) / 2) }
  }
}
