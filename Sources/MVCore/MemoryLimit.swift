internal import Foundation

/// The limits on memory that this process was started with, as `ulimit` sets them.
package enum MemoryLimit {
  /// The limits that are set, as a shell names them; empty where memory is limited by the machine alone.
  package static var words: String {
    var words: [String] = []
    for (limit, option) in [(RLIMIT_AS, "-v"), (RLIMIT_DATA, "-d")] {
      if let bytes = soft(limit) { words.append("ulimit \(option) \(bytes >> 10)") }
    }
    // Systems give 8 MiB.
    if let bytes = soft(RLIMIT_STACK), bytes < 8 << 20 { words.append("ulimit -s \(bytes >> 10)") }
    return words.joined(separator: ", ")
  }

  /// Whether one is set: what fails may then be sound.
  package static var isSet: Bool { !words.isEmpty }

  /// The bytes of the stack of a thread, as far as they are limited.
  package static var stack: Int? { soft(RLIMIT_STACK) }

  private static func soft(_ resource: __rlimit_resource) -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != ~0 else { return nil }
    return Int(clamping: limit.rlim_cur)
  }
}
