public import Foundation
public import MVCore
public import MVDatasets
public import MVImaging
public import MVNetworks

/// A network in use: it turns images into features, in evaluation mode.
public final class Embedder {
  /// The settings of the run that the encoder belongs to; nil for networks of other programs.
  public let settings: TrainingSettings?
  /// The output of the network that rows are taken from.
  public let output: NetworkOutput
  /// The number of columns of a row.
  public let columns: Int
  /// The views of each image whose rows are averaged.
  public let views: EmbeddedViews
  /// How images are to be framed before they are embedded; nil where the network takes them as they are.
  public let framing: Framing?
  /// The shape of the images that it was trained on; nil where that is not known.
  public private(set) var imageShape: ImageShape?
  /// How the images that it was trained on were asked for; nil where that is not known.
  public private(set) var source: SourceRequest?
  private let network: Network
  let mean: [Float]
  let deviation: [Float]
  private let channelsLast: Bool

  /// What computes the rows.
  private enum Network {
    case encoder(Encoder)
    case backbone(any Backbone)
  }

  /// Loads the encoder of a checkpoint; `threads` 0 means every processor.
  ///
  /// Throws where the checkpoint is missing or damaged, where its settings describe no encoder, and where it has no
  /// such output.
  public convenience init(
    checkpoint url: URL, output: NetworkOutput = .features, views: EmbeddedViews = .single, threads: Int = 0
  ) throws(MVError) {
    let checkpoint = try Checkpoint(contentsOf: url)
    try Torch.setThreads(threads)
    let shape = checkpoint.place.imageShape
    try self.init(
      try checkpoint.encoder(), settings: checkpoint.settings, statistics: checkpoint.settings.statistics(for: shape),
      output: output, views: views)
    imageShape = shape
    source = checkpoint.origin?.source
  }

  /// Creates the encoder that a run with `settings` on images of `imageShape` starts from; throws where they describe
  /// none.
  public convenience init(
    untrained settings: TrainingSettings, imageShape: ImageShape, output: NetworkOutput = .features
  ) throws(MVError) {
    try Torch.setThreads(settings.threads)
    try self.init(
      settings.untrainedEncoder(), settings: settings, statistics: settings.statistics(for: imageShape), output: output)
    self.imageShape = imageShape
  }

  init(
    _ encoder: Encoder, settings: TrainingSettings, statistics: ImageStatistics, output: NetworkOutput,
    views: EmbeddedViews = .single
  ) throws(MVError) {
    try views.check(nil)
    network = .encoder(encoder)
    self.settings = settings
    self.output = output
    self.views = views
    columns = try encoder.checkedColumns(of: output)
    framing = nil
    (mean, deviation) = (statistics.mean, statistics.deviation)
    channelsLast = settings.channelsLast
  }

  /// Takes a network of another program, whose images are prepared by `preprocessing`.
  ///
  /// Throws a usage error where it has no such output, does not take images of that size, or `views` need a larger
  /// resize than there is.
  package init(
    _ backbone: any Backbone, preprocessing: Preprocessing, output: NetworkOutput = .features,
    views: EmbeddedViews = .single
  ) throws(MVError) {
    try backbone.check(preprocessing.framing.size)
    try views.check(preprocessing.framing)
    network = .backbone(backbone)
    settings = nil
    self.output = output
    self.views = views
    columns = try backbone.checkedColumns(of: output)
    framing = preprocessing.framing
    (mean, deviation) = (preprocessing.mean, preprocessing.deviation)
    channelsLast = true
  }

  /// How a source is to frame its images: as ``framing``, and with room for the crops of ``views``.
  public var sourceFraming: Framing? { framing.map(views.sourceFraming) }

  /// Computes one row per image, in float32; images are normalized as in training.
  ///
  /// A row does not depend on the other images. Memory grows with the batch: a few hundred images at a time are fast.
  /// Throws for images that are neither gray nor RGB, and for floats outside 0...1.
  public func embed(_ images: ImageBatch) throws(MVError) -> Matrix {
    guard images.count > 0 else { return Matrix(rows: 0, columns: columns) }
    let shape = try images.shape.inColor("a batch")
    let pixels = try images.bytesInColor("a batch")
    var sum = [Float](repeating: 0, count: images.count * columns)
    let parts = try views.parts(of: pixels, shape: shape, crop: framing?.size)
    for part in parts {
      let rows = try rows(of: part.pixels(), shape: part.shape, count: images.count)
      if parts.count == 1 { return Matrix(rows: images.count, columns: columns, values: rows) }
      for place in sum.indices { sum[place] += rows[place] }
    }
    let share = 1 / Float(parts.count)
    return Matrix(rows: images.count, columns: columns, values: sum.map { $0 * share })
  }

  /// The rows of 8-bit RGB images, in batches that a network for large images has the memory for.
  private func rows(of pixels: [UInt8], shape: ImageShape, count: Int) throws(MVError) -> [Float] {
    let most = max(1, min(512, (16 << 20) / shape.count))
    var values: [Float] = []
    values.reserveCapacity(count * columns)
    for start in stride(from: 0, to: count, by: most) {
      let end = min(count, start + most)
      let part = end - start == count ? pixels : Array(pixels[start * shape.count..<end * shape.count])
      values += try Torch.withoutGradients { () throws(MVError) in
        let batch = try Tensor(
          images: part, count: end - start, shape: shape, mean: mean, deviation: deviation, channelsLast: channelsLast)
        switch network {
        case .encoder(let encoder): return try encoder.output(output, of: batch).values()
        case .backbone(let backbone): return try backbone.output(output, of: batch, .evaluation).values()
        }
      }
    }
    return values
  }
}
