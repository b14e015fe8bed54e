internal import Foundation

/// This process's memory in bytes, as Linux reports it.
package enum ProcessMemory {
  /// The number of bytes held now.
  package static var held: Int { value(of: "VmRSS", in: "/proc/self/status") ?? 0 }

  /// The largest number of bytes held since the last ``resetPeak()``, or since the start.
  package static var peak: Int { value(of: "VmHWM", in: "/proc/self/status") ?? 0 }

  /// The number of bytes this process could hold: what it holds, and nine tenths of what is free.
  ///
  /// Free is what both the machine and the process's control group have left.
  package static var limit: Int {
    var free = value(of: "MemAvailable", in: "/proc/meminfo") ?? .max / 2
    if let most = number(in: "/sys/fs/cgroup/memory.max"), let used = number(in: "/sys/fs/cgroup/memory.current") {
      free = min(free, max(0, most - used))
    }
    return held + free / 10 * 9
  }

  /// Resets ``peak`` to what is held now.
  package static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  private static func value(of name: String, in path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return kilobytes * 1024
  }

  private static func number(in path: String) -> Int? {
    (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
