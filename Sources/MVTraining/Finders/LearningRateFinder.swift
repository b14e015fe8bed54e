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

    /// Whether the fall at ``suggestion`` is no steeper than the losses of single batches make one by chance.
    ///
    /// So it is where batches are small: another seed then gives another rate.
    public var isWithinNoise: Bool { suggestion.map { LearningRateFinder.isNoise(points, at: $0) } ?? false }
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

  /// The points that count: the first ten and the last are left out; none of too few.
  private static func counting(_ points: [Point]) -> ArraySlice<Point> {
    points.count > 13 ? points[10..<points.count - 1] : []
  }

  /// How much the smoothed loss rises a step at a place of these points, and from which to which that is.
  private static func slope(_ inner: ArraySlice<Point>, at index: Int) -> (rise: Double, range: Range<Int>) {
    let (before, after) = (max(inner.startIndex, index - 1), min(inner.endIndex - 1, index + 1))
    return ((inner[after].smoothed - inner[before].smoothed) / Double(after - before), before..<after)
  }

  /// The rate of the steepest fall.
  static func steepest(_ points: [Point]) -> Double? {
    let inner = counting(points)
    let slopes = inner.indices.map { slope(inner, at: $0).rise }
    guard let least = slopes.min(), least < 0, let place = slopes.firstIndex(of: least) else { return nil }
    return inner[inner.startIndex + place].rate
  }

  /// Whether the smoothed loss falls at a rate no more than it does by chance at the steepest of so many places.
  ///
  /// The losses of batches differ by a deviation, which is seen from step to step: its middle is not moved by a loss
  /// that runs away at the end. A step moves the mean by a share of that, the more the fewer losses it is of; the
  /// largest of some ninety normal numbers is two and a half deviations in the mean, and seldom more than three.
  static func isNoise(_ points: [Point], at rate: Double) -> Bool {
    let inner = counting(points)
    guard let place = inner.firstIndex(where: { $0.rate == rate }) else { return false }
    let steps = zip(inner, inner.dropFirst()).map { abs($1.loss - $0.loss) }.sorted()
    // A difference of two has the root of 2 times the deviation of one; half of all are below 0.6745 of it.
    let deviation = steps[steps.count / 2] / (0.6745 * 2.0.squareRoot())
    let (rise, range) = slope(inner, at: place)
    let share = 0.02 / (1 - pow(0.98, Double(range.upperBound + 1)))
    let byChance = share * deviation / Double(range.count).squareRoot()
    return -rise <= 3 * byChance
  }
}
