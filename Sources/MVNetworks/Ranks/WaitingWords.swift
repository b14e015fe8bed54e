internal import MVCore

/// Says once in a while that a rank still waits, and what for: after 15 seconds, and then every 30.
struct WaitingWords {
  private let start = ContinuousClock.now
  private let most: Double
  private let each: Double
  private var next: Double

  /// `most` is how many seconds it waits at most; words come after `first` seconds, and then after each `each`.
  init(most: Double, first: Double = 15, each: Double = 30) {
    self.most = most
    self.each = each
    next = first
  }

  /// Gives `say` the line, where it is time for one.
  mutating func pass(_ say: (String) -> Void, _ waiting: () -> String) {
    let passed = (ContinuousClock.now - start).seconds
    guard passed >= next else { return }
    next = passed + each
    say("\(waiting()) for \(Int(passed)) s, of \(Int(most)) at most")
  }
}
