public import Foundation
public import MVCore
public import MVDatasets
internal import MVImaging
internal import MVNetworks

/// An encoder in use: it turns images into features, in evaluation mode.
public final class Embedder {
  /// The outputs of an encoder.
  public enum Output: String, Hashable, Sendable, CaseIterable {
    /// The backbone's features, which evaluation uses.
    case backbone
    /// The projector's embedding, which the loss used.
    case projector
  }

  /// The settings of the run that the encoder belongs to.
  public let settings: TrainingSettings
  /// The output of the encoder that rows are taken from.
  public let output: Output
  /// The shape of the images that it was trained on; nil where that is not known.
  public private(set) var imageShape: ImageShape?
  /// How the images that it was trained on were asked for; nil where that is not known.
  public private(set) var source: SourceRequest?
  private let encoder: Encoder
  private let statistics: ImageStatistics

  /// Loads the encoder of a checkpoint; `threads` 0 means every processor.
  ///
  /// Throws where the checkpoint is missing or damaged, or where its settings describe no encoder.
  public convenience init(
    checkpoint url: URL, output: Output = .backbone, threads: Int = 0
  ) throws(MVError) {
    let checkpoint = try Checkpoint(contentsOf: url)
    try Torch.setThreads(threads)
    self.init(
      try checkpoint.encoder(), settings: checkpoint.settings, imageShape: checkpoint.place.imageShape, output: output)
    source = checkpoint.origin?.source
  }

  /// Creates the encoder that a run with `settings` on images of `imageShape` starts from; throws where they describe
  /// none.
  public convenience init(
    untrained settings: TrainingSettings, imageShape: ImageShape, output: Output = .backbone
  ) throws(MVError) {
    try Torch.setThreads(settings.threads)
    let encoder = try Encoder(
      settings.architecture(), seed: UInt64(settings.seed), channelsLast: settings.channelsLast)
    self.init(encoder, settings: settings, imageShape: imageShape, output: output)
  }

  private convenience init(
    _ encoder: Encoder, settings: TrainingSettings, imageShape: ImageShape, output: Output
  ) {
    self.init(encoder, settings: settings, statistics: settings.statistics(for: imageShape), output: output)
    self.imageShape = imageShape
  }

  init(_ encoder: Encoder, settings: TrainingSettings, statistics: ImageStatistics, output: Output) {
    self.encoder = encoder
    self.settings = settings
    self.statistics = statistics
    self.output = output
  }

  /// The number of columns of a row.
  public var columns: Int {
    output == .backbone ? encoder.architecture.featureCount : encoder.architecture.embeddingCount
  }

  /// Computes one row per image, in float32; images are normalized as in training.
  ///
  /// A row does not depend on the other images. Memory grows with the batch: a few hundred images at a time are fast.
  /// Throws for images that are neither gray nor RGB, and for floats outside 0...1.
  public func embed(_ images: ImageBatch) throws(MVError) -> Matrix {
    guard images.count > 0 else { return Matrix(rows: 0, columns: columns) }
    let shape = try images.shape.inColor("a batch")
    let pixels = try images.bytesInColor("a batch")
    return try Torch.withoutGradients { () throws(MVError) in
      let batch = try Tensor(
        images: pixels, count: images.count, shape: shape, mean: statistics.mean, deviation: statistics.deviation,
        channelsLast: settings.channelsLast)
      let features = try encoder.features(of: batch)
      return try (output == .backbone ? features : encoder.embedding(of: features)).matrix()
    }
  }
}
