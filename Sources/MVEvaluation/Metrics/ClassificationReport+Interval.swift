internal import MVCore

extension ClassificationReport {
  /// The confidence interval of top-1: that of `level` of `resamples` seeded bootstrap samples of the rows
  /// (percentiles).
  public func interval(level: Double = 0.95, resamples: Int = 1000, seed: UInt64 = 0) -> ClosedRange<Double> {
    precondition(level > 0 && level < 1 && resamples > 0, "a level between 0 and 1 and some samples")
    let count = classes.count
    // Only the number of right rows matters, and in a bootstrap sample it is binomial: one draw per row.
    let accuracies = (0..<resamples).map { sample in
      var generator = SeededGenerator(seed: seed, keys: UInt64(sample))
      var right = 0
      for _ in 0..<count where generator.chance(top1) { right += 1 }
      return Double(right) / Double(count)
    }.sorted()
    let tail = (1 - level) / 2
    return percentile(tail, of: accuracies)...percentile(1 - tail, of: accuracies)
  }
}

/// The value below which `part` of the ascending `values` lie, interpolated between neighbors.
func percentile(_ part: Double, of values: [Double]) -> Double {
  let place = part * Double(values.count - 1)
  let low = Int(place)
  let high = min(low + 1, values.count - 1)
  return values[low] + (values[high] - values[low]) * (place - Double(low))
}
