public import Foundation
public import MVCore
internal import MVImaging

/// A trained encoder in use: images to features, in evaluation mode.
public final class Embedder {
  /// Which output of the encoder.
  public enum Output: String, Hashable, Sendable, CaseIterable {
    /// The backbone's features, which evaluation uses.
    case backbone
    /// The projector's embedding, which the loss saw.
    case projector
  }

  /// The settings the encoder was made with.
  public let settings: TrainingSettings
  /// Which output of the encoder.
  public let output: Output
  private let encoder: Encoder
  private let statistics: ImageStatistics

  /// Loads the encoder of a checkpoint; `threads` 0 takes every processor.
  public convenience init(
    checkpoint url: URL, output: Output = .backbone, threads: Int = 0
  ) throws(MVError) {
    let checkpoint = try Checkpoint(contentsOf: url)
    try Torch.setThreads(threads)
    self.init(
      try checkpoint.encoder(), settings: checkpoint.settings, imageShape: checkpoint.place.imageShape, output: output)
  }

  /// The encoder that a run with `settings` on images of `imageShape` starts from.
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
  }

  init(_ encoder: Encoder, settings: TrainingSettings, statistics: ImageStatistics, output: Output) {
    self.encoder = encoder
    self.settings = settings
    self.statistics = statistics
    self.output = output
  }

  /// Columns of a row.
  public var columns: Int {
    output == .backbone ? encoder.architecture.featureCount : encoder.architecture.embeddingCount
  }

  /// One row an image, in float32; images are normalized as in training.
  ///
  /// A row does not depend on the others.
  ///
  /// Memory grows with the batch: a few hundred images at a time are fast. Throws for images that are neither gray nor
  /// RGB, and for floats outside 0...1.
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
