internal import Foundation
public import MVCore

/// Finds a learning rate by a short run whose rate grows from step to step.
///
/// It follows Smith 2017, "Cyclical Learning Rates for Training Neural Networks". The suggestion is the rate at which
/// the smoothed loss falls most steeply, as in PyTorch Lightning's finder and so in the released code. Nothing is
/// written, and the run that follows starts from the same first weights.
public struct LearningRateFinder: Hashable, Sendable {
  /// The first rate.
  public var lowest = 1e-5
  /// The last rate.
  public var highest = 0.1
  /// The number of steps of the run.
  public var steps = 100
  /// The factor that ends the run early: the smoothed loss divided by its smallest value so far.
  public var divergence = 4.0

  /// Creates the released code's search: 100 steps from 1e-5 to 0.1.
  public init() {}

  /// One step of a search.
  public struct Point: Hashable, Sendable, Codable {
    /// The learning rate of the step.
    public let rate: Double
    /// The loss of the step.
    public let loss: Double
    /// The mean of the losses so far, in which older ones count less by a factor of 0.98 per step.
    public let smoothed: Double
  }

  /// The result of a search.
  public struct Result: Hashable, Sendable, Codable {
    /// The steps, in order; fewer than asked for if the loss grew too large.
    public let points: [Point]
    /// The rate at which the loss fell most steeply; nil where it never fell.
    public let suggestion: Double?
  }

  /// Runs the search; `progress` is told of each step.
  ///
  /// Throws where settings, data and representations do not go together, where the range is empty, and where
  /// `cancellation` asks to stop.
  public func search(
    _ settings: TrainingSettings, data: TrainingData, cancellation: Cancellation = Cancellation(),
    progress: (Point) -> Void = { _ in }
  ) throws(MVError) -> Result {
    guard lowest > 0, lowest < highest, highest.isFinite, steps >= 20 else {
      throw .usage(
        "learning rates \(lowest) to \(highest) in \(steps) steps", "cannot be searched",
        remedy: "give rates above 0, the first below the last, and at least 20 steps")
    }
    let learner = try Learner(settings, data: data)
    let producer = learner.batches(of: 0..<steps)
    defer { producer.stop() }
    var clock = StepClock(stepsBefore: 0, totalSteps: steps, batchSize: settings.batchSize)
    var points: [Point] = []
    var (mean, least) = (0.0, Double.infinity)
    for step in 0..<steps {
      let rate = lowest * pow(highest / lowest, Double(step) / Double(steps - 1))
      let loss = try learner.update(learningRate: rate, from: producer, clock: &clock).total
      mean = 0.98 * mean + 0.02 * loss
      let smoothed = mean / (1 - pow(0.98, Double(step + 1)))
      guard smoothed.isFinite, step < 2 || smoothed <= divergence * least else { break }
      least = min(least, smoothed)
      points.append(Point(rate: rate, loss: loss, smoothed: smoothed))
      progress(points[step])
      if cancellation.isCancelled {
        throw MVError(.interrupted, "the search", "was stopped", remedy: "start it again; nothing was written")
      }
    }
    return Result(points: points, suggestion: Self.steepest(points))
  }

  /// The rate of the steepest fall; the first ten points and the last are left out.
  static func steepest(_ points: [Point]) -> Double? {
    guard points.count > 13 else { return nil }
    let inner = Array(points[10..<points.count - 1])
    let slopes = inner.indices.map { index in
      let (before, after) = (max(0, index - 1), min(inner.count - 1, index + 1))
      return (inner[after].smoothed - inner[before].smoothed) / Double(after - before)
    }
    guard let least = slopes.min(), least < 0, let place = slopes.firstIndex(of: least) else { return nil }
    return inner[place].rate
  }
}
