/// How far a long work has come.
public struct RunProgress: Hashable, Sendable {
  /// Rows that were done before this run began.
  public var doneBefore: Int
  /// Rows done in all, those before this run included.
  public var done: Int
  /// Rows there are to do in all.
  public var total: Int
  /// Seconds since this run began.
  public var seconds: Double
  /// What is known of the time that is left.
  public var remainder = Remainder.steady

  /// What is known of the time that is left.
  public enum Remainder: Hashable, Sendable {
    /// Rows to come take as long as those of this run did.
    case steady
    /// So many seconds are foretold.
    case foretold(Double)
    /// Nothing can be told yet.
    case unknown
  }

  /// Creates a progress of rows.
  public init(doneBefore: Int = 0, done: Int, total: Int, seconds: Double) {
    self.doneBefore = doneBefore
    self.done = done
    self.total = total
    self.seconds = seconds
  }

  /// Rows a second in this run; 0 before the first row.
  public var rowsPerSecond: Double { seconds > 0 ? Double(done - doneBefore) / seconds : 0 }
  /// Seconds until the end, at this run's rate where nothing else is foretold; nil where that cannot be known yet.
  public var timeLeft: Double? {
    switch remainder {
    case .steady: rowsPerSecond > 0 ? Double(total - done) / rowsPerSecond : nil
    case .foretold(let seconds): seconds
    case .unknown: nil
    }
  }
  /// 0...1.
  public var fraction: Double { total > 0 ? Double(done) / Double(total) : 1 }
}
