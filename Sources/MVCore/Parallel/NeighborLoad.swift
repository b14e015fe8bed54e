internal import Foundation
internal import SystemLinux

/// How many processors other programs use, of those that this process may run on.
///
/// The difference of two readings: what `/proc/stat` says is used of each processor, less the time of this process.
package struct NeighborLoad {
  /// The processors whose use counts.
  private var processors = mv_linux_processors()
  /// The time of the last reading.
  private var last: Reading

  /// Begins to watch; nil where the system does not say what its processors do.
  package init?() {
    mv_linux_read_allowed_processors(&processors)
    guard mv_linux_count_processors(&processors) > 0, let first = Reading(of: processors) else { return nil }
    last = first
  }

  /// The processors that this process may run on.
  package var processorCount: Int { withUnsafePointer(to: processors) { Int(mv_linux_count_processors($0)) } }

  /// The mean number of processors that others used since the last call, at least 0; nil where nothing can be said.
  package mutating func sinceLast() -> Double? {
    guard let reading = Reading(of: processors) else { return nil }
    defer { last = reading }
    return reading.neighbors(since: last)
  }

  /// What was used until one moment, in seconds.
  struct Reading {
    /// Seconds on a clock that never stands still.
    let moment: Double
    /// Processor seconds of everyone, those that a host took from a virtual machine included.
    let everyone: Double
    /// Processor seconds of this process.
    let own: Double

    /// Others' processors from `earlier` to this reading; nil where no time lies between them.
    func neighbors(since earlier: Reading) -> Double? {
      let time = moment - earlier.moment
      guard time > 0 else { return nil }
      return max(0, (everyone - earlier.everyone) - (own - earlier.own)) / time
    }
  }
}

extension NeighborLoad.Reading {
  /// Reads the system's counts of `processors`; nil where it does not tell them.
  init?(of processors: mv_linux_processors) {
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8) else { return nil }
    self.init(statistics: text) { number in
      withUnsafePointer(to: processors) { mv_linux_has_processor($0, Int32(clamping: number)) != 0 }
    }
  }

  /// Reads `statistics`, as `/proc/stat` has them, of the processors whose numbers are `counted`; nil where there is
  /// none of them.
  init?(statistics: String, counted: (Int) -> Bool) {
    var ticks = 0.0
    var found = false
    for line in statistics.split(separator: "\n") where line.hasPrefix("cpu") {
      // cpu0 user nice system idle iowait irq softirq steal guest guest_nice; guests are within user and nice.
      let fields = line.split(separator: " ")
      guard let number = Int(fields[0].dropFirst(3)), counted(number) else { continue }
      found = true
      for (place, field) in fields.dropFirst().prefix(8).enumerated() where place != 3 && place != 4 {
        ticks += Double(field) ?? 0
      }
    }
    guard found else { return nil }
    var own = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own)
    self.init(
      moment: ProcessInfo.processInfo.systemUptime, everyone: ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK)))),
      own: Double(own.tv_sec) + Double(own.tv_nsec) / 1e9)
  }
}
