internal import Foundation

/// How long each processor and this process have worked, at one moment.
struct ProcessorTimes: Hashable, Sendable {
  /// The moment, in seconds of a clock that only goes forward.
  let moment: Double
  /// The seconds that each processor has worked, for whomever, by its number.
  let busy: [Int: Double]
  /// The seconds that this process has worked, on all processors.
  let own: Double

  /// The times now; nil where the system does not tell them.
  static func now() -> ProcessorTimes? {
    var (own, moment) = (timespec(), timespec())
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own) == 0, clock_gettime(CLOCK_MONOTONIC, &moment) == 0
    else { return nil }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    let busy = busy(in: text, ticksPerSecond: ticks > 0 ? ticks : 100)
    return busy.isEmpty ? nil : ProcessorTimes(moment: seconds(moment), busy: busy, own: seconds(own))
  }

  private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }

  /// Reads the text of `/proc/stat`: of each processor the time of programs, of the system and of interrupts.
  static func busy(in text: String, ticksPerSecond: Double) -> [Int: Double] {
    var result: [Int: Double] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("cpu") {
      let fields = line.split(separator: " ")
      guard let name = fields.first, let processor = Int(name.dropFirst(3)), fields.count > 7 else { continue }
      // User, nice, system, idle, waiting for disks, interrupts, soft interrupts.
      let ticks = [1, 2, 3, 6, 7].compactMap { Double(fields[$0]) }
      if ticks.count == 5 { result[processor] = ticks.reduce(0, +) / ticksPerSecond }
    }
    return result
  }
}
