internal import Foundation
public import MVCore
internal import MVNetworks

/// Finds the largest batch that fits into memory by doubling it, and measures the speed of each size.
///
/// It follows PyTorch Lightning's scaler. On the CPU, too much memory ends the process, not the step: so the memory of
/// the next batch is predicted from that of the last, and a batch that would need more than is free is not tried. On a
/// CUDA device the memory is the device's.
public struct BatchSizeFinder: Hashable, Sendable {
  /// The first batch size.
  public var smallest = 16
  /// The last batch size that is tried.
  public var largest = 4096
  /// The number of steps of each size; the first step is not timed.
  public var steps = 3
  /// The number of bytes that may be held.
  ///
  /// Nil means what the process holds now plus nine tenths of what is free, and on a CUDA device nineteen twentieths of
  /// what it has.
  public var memoryLimit: Int?

  /// Creates a search from 16 to 4,096 images per batch.
  public init() {}

  /// Creates a search of some sizes.
  init(smallest: Int, largest: Int, steps: Int) {
    (self.smallest, self.largest, self.steps) = (smallest, largest, steps)
  }

  /// The result for one batch size.
  public struct Point: Hashable, Sendable, Codable {
    /// The number of images per batch.
    public let batchSize: Int
    /// The number of images per second; both views of an image count as one.
    public let imagesPerSecond: Double
    /// The largest number of bytes that the process held, of the device's memory where the network is on one.
    public let bytes: Int

    enum CodingKeys: String, CodingKey {
      case bytes
      case batchSize = "batch_size"
      case imagesPerSecond = "images_per_second"
    }
  }

  /// The reasons why a search ends.
  public enum End: String, Hashable, Sendable, Codable {
    /// The next size would need more memory than there is.
    case memory
    /// The next size is larger than the data.
    case data
    /// The largest size to try was tried.
    case limit
  }

  /// The result of a search.
  public struct Result: Hashable, Sendable, Codable {
    /// The sizes that were tried, in order.
    public let points: [Point]
    /// The reason why no larger size was tried.
    public let end: End
    /// The largest size that succeeded.
    public var suggestion: Int { points.last?.batchSize ?? 0 }
  }

  /// Runs the search; `progress` is told of each size that went well.
  ///
  /// Throws where not even the smallest size goes well, and where `cancellation` asks to stop.
  public func search(
    _ settings: TrainingSettings, data: TrainingData, cancellation: Cancellation = Cancellation(),
    progress: (Point) -> Void = { _ in }
  ) throws(MVError) -> Result {
    guard smallest >= 2, smallest <= largest, steps >= 2 else {
      throw .usage(
        "batch sizes \(smallest) to \(largest)", "cannot be searched",
        remedy: "give 2 or more, the first not above the last")
    }
    var points: [Point] = []
    var size = smallest
    try Torch.use(settings.device, deterministic: settings.isDeterministic)
    let before = StepMemory.held
    while true {
      guard size <= largest else { return Result(points: points, end: .limit) }
      guard size * settings.accumulate <= data.count || points.isEmpty else {
        return Result(points: points, end: .data)
      }
      if let last = points.last, last.bytes + (last.bytes - before) > memoryLimit ?? StepMemory.limit {
        return Result(points: points, end: .memory)
      }
      do throws(MVError) {
        points.append(try measure(size, settings, data, cancellation))
      } catch {
        guard !points.isEmpty, error.kind == .outOfMemory else { throw error }
        return Result(points: points, end: .memory)
      }
      progress(points[points.count - 1])
      size *= 2
    }
  }

  private func measure(
    _ size: Int, _ settings: TrainingSettings, _ data: TrainingData, _ cancellation: Cancellation
  ) throws(MVError) -> Point {
    var settings = settings
    settings.batchSize = size
    let learner = try Learner(settings, data: data)
    let producer = learner.batches(of: 0..<steps)
    defer { producer.stop() }
    var clock = StepClock(stepsBefore: 0, totalSteps: steps, batchSize: size)
    StepMemory.resetPeak()
    var start = ContinuousClock.now
    for step in 0..<steps {
      let terms = try learner.update(learningRate: 0, from: producer, clock: &clock)
      if let name = terms.firstNotFinite {
        throw .badData("loss term \(name)", "is not finite at the first weights", remedy: "check the representations")
      }
      if cancellation.isCancelled {
        throw MVError(.interrupted, "the search", "was stopped", remedy: "start it again; nothing was written")
      }
      if step == 0 { start = .now }
    }
    let seconds = (ContinuousClock.now - start).seconds
    return Point(
      batchSize: size, imagesPerSecond: Double((steps - 1) * size * settings.accumulate) / max(seconds, 1e-9),
      bytes: StepMemory.peak)
  }
}
