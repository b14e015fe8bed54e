/// The processors that a team of threads keeps to, given how much others use of those that it may use.
///
/// Threads that wait for each other many times a second lose most of their time where one of them shares its processor
/// with another program: each wait then lasts until the system takes that processor away from it. Together on the
/// processors that nobody else uses they lose none. How the work is divided among the threads stays the same, and so
/// does every result.
struct ProcessorShare: Hashable, Sendable {
  /// Those that may be used, ascending.
  let processors: [Int]
  /// The number of threads in the team.
  let threads: Int
  /// Those to keep to: all, or as many as others leave.
  private(set) var kept: [Int]
  private var freeWindows = 0

  /// Shares that begin with all `processors`.
  init(processors: [Int], threads: Int) {
    self.processors = processors
    self.threads = threads
    kept = processors
  }

  /// Whether there are processors that may be used and are kept off.
  var isLimited: Bool { kept.count < processors.count }

  /// The most processors that the team has use for.
  private var most: Int { min(max(1, threads), processors.count) }

  /// Learns what was done between two moments, about a second apart, and decides anew.
  ///
  /// A processor is given up where others use half of one more than the team leaves them, and taken back where they
  /// have left three quarters of it in two windows: a short neighbor costs little, and a steady one no back and forth.
  mutating func learn(from first: ProcessorTimes, to last: ProcessorTimes) {
    let seconds = last.moment - first.moment
    guard seconds > 0 else { return }
    let busy = processors.map { processor in
      (last.busy[processor].flatMap { end in first.busy[processor].map { end - $0 } } ?? 0) / seconds
    }
    let own = (last.own - first.own) / seconds
    let free = Double(processors.count) - max(0, busy.reduce(0, +) - own)
    let used = min(most, kept.count)
    // What others do on each; while the team is everywhere, its own part cannot be told from theirs.
    let loads = zip(processors, busy).map { processor, busy in
      isLimited && kept.contains(processor) ? max(0, busy - own / Double(kept.count)) : busy
    }
    let isFree = used < most && free >= Double(used) + 0.75
    freeWindows = isFree ? freeWindows + 1 : 0
    let fewer = max(1, Int((free - 0.5).rounded(.up)))
    if fewer < used {
      keep(fewer, loads)
    } else if freeWindows == 2 {
      freeWindows = 0
      keep(Int((free + 0.25).rounded(.down)), loads)
    } else if isLimited, isCrowded(loads) {
      keep(used, loads)
    }
  }

  /// Whether others work where the team is, while there is room elsewhere: two that keep to the same processor part.
  private func isCrowded(_ loads: [Double]) -> Bool {
    let (inside, outside) = zip(processors, loads).reduce(into: ([Double](), [Double]())) { found, next in
      if kept.contains(next.0) { found.0.append(next.1) } else { found.1.append(next.1) }
    }
    return inside.reduce(0, +) >= 0.25 && outside.contains { $0 <= 0.5 }
  }

  private mutating func keep(_ count: Int, _ loads: [Double]) {
    guard count < most else {
      kept = processors
      return
    }
    let ordered = zip(processors, loads).sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    kept = ordered.prefix(count).sorted()
  }
}
