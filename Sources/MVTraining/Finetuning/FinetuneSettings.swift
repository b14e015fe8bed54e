public import MVCore
public import MVImaging
public import MVNetworks

/// The settings of fine-tuning; the defaults are those of MV-MR's released semi-supervised code where it has them.
public struct FinetuneSettings: Configurable, Hashable {
  /// Where the classifier's weights begin.
  public enum HeadStart: String, Hashable, Sendable, CaseIterable {
    /// Uniform within 1 / sqrt(features), PyTorch's default.
    case uniform
    /// Normal weights of standard deviation 0.01, biases 0.
    case normal
    /// All 0.
    case zeros
    /// The classifier that the network's checkpoint holds, as the released code's `--retrain` begins.
    case saved
  }

  /// Whether the classifier alone is trained: the network stays as it is, and normalizes by its running statistics.
  public var headOnly = false
  /// Images a batch; fewer where there are fewer.
  public var batchSize = 256
  /// Passes over the images that keep their labels.
  public var epochs = 100
  /// The full learning rate of the network.
  public var lr = 1e-4
  /// The full learning rate of the classifier.
  public var headLR = 1e-3
  /// The lowest learning rate of both.
  public var minLR = 0.0
  /// The weight decay of both.
  public var weightDecay = 1e-6
  /// The update rule of both.
  public var optimizer = OptimizerKind.adam
  /// The course of both learning rates.
  public var scheduler = LearningRateSchedule.Kind.cosine
  /// Whether rates change between epochs alone.
  public var byEpoch = false
  /// Epochs of warm-up of `warmup_cosine`.
  public var warmupEpochs = 0.0
  /// Epochs at which `multistep` lowers the rates.
  public var milestones: [Int] = []
  /// The factor of `multistep`.
  public var gamma = 0.1
  /// The epochs before the first restart of `cosine_restarts`.
  public var restartEpochs = 10
  /// The number of times that each part of `cosine_restarts` is as long as the one before.
  public var restartFactor = 1
  /// Whether biases and the weights of normalizations decay as all others do.
  public var decaysVectors = true
  /// The largest norm of the gradient; 0 for no limit.
  public var clip = 0.0
  /// How views are made.
  public var policy = AugmentationPolicy.Name.crop
  /// What crops of views are cut of.
  public var viewsFrom = ViewOrigin.photograph
  /// Where the classifier begins.
  public var headStart = HeadStart.uniform
  /// The part of each class's labeled images that chooses the best epoch; 0 takes the last epoch.
  public var heldOut = 0.1
  /// The seed of everything random.
  public var seed = 0
  /// The precision of products.
  public var precision = TrainingSettings.Precision.automatic
  /// What the network runs on.
  public var device = Device.cpu
  /// Threads of the network; 0 for every processor.
  public var threads = 0
  /// Threads that prepare batches; 0 for every processor.
  public var workers = 0
  /// Epochs between checkpoints.
  public var checkpointEvery = 1

  /// The name errors use.
  public static let name = "finetune"

  /// The defaults.
  public init() {}

  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<FinetuneSettings>] = [
    .bool("head_only", \.headOnly, "train the classifier alone, over the network as it is"),
    .int("batch_size", \.batchSize, 2...65536, "images a batch; fewer where fewer keep their labels"),
    .int("epochs", \.epochs, 1...1_000_000, "passes over the images that keep their labels"),
    .double("lr", \.lr, 0...1000, "full learning rate of the network"),
    .double("head_lr", \.headLR, 0...1000, "full learning rate of the classifier"),
    .double("min_lr", \.minLR, 0...1000, "lowest learning rate of both"),
    .double("wd", \.weightDecay, 0...1000, "weight decay"),
    .choice("optimizer", \.optimizer, "update rule"),
    .choice("scheduler", \.scheduler, "learning rates over time, per step"),
    .bool("by_epoch", \.byEpoch, "change learning rates between epochs alone"),
    .double("warmup_epochs", \.warmupEpochs, 0...1_000_000, "epochs of warm-up of warmup_cosine"),
    .list("milestones", \.milestones, 1...1_000_000, separator: "-", "epochs at which multistep lowers the rates"),
    .double("gamma", \.gamma, 0...1, "factor of multistep at each milestone"),
    .int("restart_epochs", \.restartEpochs, 1...1_000_000, "epochs before the first restart of cosine_restarts"),
    .int(
      "restart_factor", \.restartFactor, 1...1000, "how many times as long each part of cosine_restarts is as the last"),
    .bool("wd_vectors", \.decaysVectors, "let biases and the weights of normalizations decay, too"),
    .double("clip", \.clip, 0...1e9, "largest norm of the gradient; 0 for no limit"),
    .choice("policy", \.policy, "how views are made"),
    .choice("views_from", \.viewsFrom, ViewOrigin.help),
    .choice("head_start", \.headStart, "weights that the classifier begins with"),
    .double(
      "held_out", \.heldOut, 0...0.9,
      "part of each class's labeled images that chooses the best epoch; 0 takes the last one"),
    .int("seed", \.seed, 0...Int.max, "seed of everything random"),
    .choice("precision", \.precision, TrainingSettings.Precision.help),
    .device("device", \.device, "what the network runs on"),
    .int("threads", \.threads, 0...1024, "threads of the network; 0 for every processor"),
    .int("workers", \.workers, 0...1024, "threads that prepare batches; 0 for every processor"),
    .int("checkpoint_every", \.checkpointEvery, 1...1_000_000, "epochs between checkpoints"),
  ]
}
