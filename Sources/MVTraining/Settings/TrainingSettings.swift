public import MVCore
public import MVImaging
public import MVNetworks

/// The settings of a training run; the defaults are the published ones where the paper gives them.
public struct TrainingSettings: Configurable, Hashable {
  /// The precision of convolutions and matrix products.
  public enum Precision: String, Hashable, Sendable, CaseIterable {
    /// bfloat16 where the processor or the device has it, else float32.
    case automatic = "auto"
    /// Single precision.
    case float32
    /// Mixed: products in bfloat16, the rest and the weights in float32.
    case bfloat16 = "bf16"
    /// Mixed: products in float16, with a factor on the loss; on CUDA.
    case float16
  }

  /// Which encoder.
  public var encoder = EncoderChoice.resnet18
  /// Layers of `cifar-resnet`; 0 takes 8.
  public var depth = 0
  /// Widths of the encoder's stages; empty takes its own.
  public var widths: [Int] = []
  /// What comes before the first block.
  ///
  /// Nil takes the released choice: `cifar` for the networks of 6n + 2 layers, else `small_kernel`.
  public var stem: ResidualConfiguration.Stem?
  /// Widths of the projector's layers; empty for none.
  public var projector = [2048, 2048, 2048]
  /// Whether embeddings are scaled to length 1.
  public var normalizeZ = false
  /// Images a batch: distance correlations are taken within it.
  public var batchSize = 256
  /// Batches whose gradients are averaged for one step.
  public var accumulate = 1
  /// Passes over the images.
  public var epochs = 100
  /// Epochs of warm-up; -1 takes a tenth of the epochs, at most 10.
  public var warmupEpochs = -1.0
  /// The full learning rate.
  public var lr = 1e-4
  /// The lowest learning rate.
  public var minLR = 1e-6
  /// Weight decay.
  public var weightDecay = 1e-6
  /// The update rule.
  public var optimizer = OptimizerKind.adam
  /// The learning rate over time.
  public var scheduler = LearningRateSchedule.Kind.warmupCosine
  /// Epochs at which `multistep` lowers the rate.
  public var milestones: [Int] = []
  /// The factor of `multistep`.
  public var gamma = 0.1
  /// The batches of validation that `cosine_waves` counts in each epoch behind the warm-up.
  public var waveBatches = 0
  /// The epochs before the first restart of `cosine_restarts`.
  public var restartEpochs = 10
  /// The number of times that each part of `cosine_restarts` is as long as the one before.
  public var restartFactor = 1
  /// Whether biases and the weights of normalizations decay as all others do.
  public var decaysVectors = true
  /// The decay of a moving average of the weights, which evaluation then uses; 0 for none.
  public var averaging = 0.0
  /// The largest norm of the gradient; 0 for no limit.
  public var clip = 0.0
  /// What stands between the views.
  public var loss = ViewLoss.mvmr
  /// The weight of what stands between the views, where that is not ``ViewLoss/mvmr``.
  public var criterionWeight = 1.0
  /// What SimCLR's cosines are divided by.
  public var temperature = 0.1
  /// The weight of VICReg's mean squared difference.
  public var invarianceWeight = 25.0
  /// The weight of VICReg's hinge on standard deviations.
  public var varianceWeight = 25.0
  /// The weight of VICReg's covariances.
  public var covarianceWeight = 1.0
  /// The weight of Barlow Twins' correlations of different columns.
  public var offDiagonalWeight = 0.005
  /// What the first view is paired with; nil for the plain image with ``ViewLoss/mvmr``, else another random view.
  public var secondView: SecondView?
  /// Whose embeddings depend on representations; nil for both where both views are random, else the first.
  public var representedViews: RepresentedViews?
  /// m of the hinge.
  public var margin = 1.0
  /// The weight of the mean squared difference.
  public var mseWeight = 1.0
  /// The weight of the hinge.
  public var deviationWeight = 1.0
  /// The weight of the views' distance correlation.
  public var viewsWeight = 1.0
  /// The weight of every representation without one of its own.
  public var representationsWeight = 1.0
  /// Weights of single representations, by name.
  public var representationWeights: [String: Double] = [:]
  /// The representations in the loss.
  public var representations = RepresentationSelection.all
  /// Factors on single representations before distances are taken, by name.
  public var representationScales: [String: Double] = [:]
  /// Teachers, whose embeddings of the plain images are in the loss; one without a path is a role to be filled.
  public var teachers: [TeacherSettings] = []
  /// How distance correlations are estimated.
  public var estimator = DistanceEstimator.biased
  /// Of which images the loss is where several processes train.
  public var dependenceScope = LossScope.global
  /// Whether normalization takes the statistics of the batches of all processes.
  public var synchronizesNormalization = true
  /// What embeddings are multiplied by before distances are taken.
  public var embeddingScale = 1.0 / 32
  /// Whether dCor(z, phi) is added, as released, where the paper adds 1 - dCor(z, phi).
  public var releasedSign = false
  /// Small crops of each image beside the two views.
  public var localCrops = 0
  /// The side of small crops in pixels; 0 for three sevenths of the images', as 96 of 224.
  public var localSize = 0
  /// The largest share of an image that a small crop takes; whole views take no less than it.
  public var localScale = 0.14
  /// The smallest share of an image that a random crop of a whole view takes; 0 for that of the policy.
  public var cropScale = 0.0
  /// How views are made.
  public var policy = AugmentationPolicy.Name.custom
  /// What crops of views are cut of.
  public var viewsFrom = ViewOrigin.photograph
  /// Whether the representation `augment` is drawn as the released code draws it.
  public var releasedAugment = false
  /// What images are normalized by; nil for CIFAR's statistics up to 32 pixels, else ImageNet's.
  public var normalization: ImageStatistics?
  /// The seed of everything random.
  public var seed = 0
  /// The precision of products.
  public var precision = Precision.automatic
  /// What the network runs on.
  public var device = Device.cpu
  /// Whether a device takes algorithms that give the same bits in every run.
  public var isDeterministic = true
  /// Whether channels are fastest in memory.
  public var channelsLast = true
  /// Threads of the network; 0 for every processor.
  public var threads = 0
  /// Threads that prepare batches; 0 for every processor.
  public var workers = 0
  /// Epochs between checkpoints.
  public var checkpointEvery = 1
  /// Steps between scalars in TensorBoard's events; 0 for those of epochs alone.
  public var logEvery = 10
  /// Epochs between scores of the embeddings on labeled training images; 0 for none.
  public var validateEvery = 5

  /// Whether a classifier learns beside the encoder, from the labels, without moving the encoder.
  public var onlineHead = false
  /// The learning rate of that classifier.
  public var onlineHeadLR = 1e-4

  /// The name errors use.
  public static let name = "train"

  /// The published settings, with a projector of 2048 for 8192.
  public init() {}
}
