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

  /// Creates a progress of rows.
  public init(doneBefore: Int = 0, done: Int, total: Int, seconds: Double) {
    self.doneBefore = doneBefore
    self.done = done
    self.total = total
    self.seconds = seconds
  }

  /// Rows a second in this run; 0 before the first row.
  public var rowsPerSecond: Double { seconds > 0 ? Double(done - doneBefore) / seconds : 0 }
  /// Seconds until the end at this run's rate; nil before the first row.
  public var timeLeft: Double? { rowsPerSecond > 0 ? Double(total - done) / rowsPerSecond : nil }
  /// 0...1.
  public var fraction: Double { total > 0 ? Double(done) / Double(total) : 1 }
}
