internal import Foundation
internal import SystemLinux

/// The processors that threads of this process may run on, by the system's numbers.
enum ProcessorAffinity {
  /// As many bits as the largest machines have processors.
  private static let words = 1024

  /// Those of the thread that asks, ascending; empty where the system does not say.
  static var current: [Int] {
    var mask = [UInt](repeating: 0, count: words)
    let bytes = mv_linux_affinity(0, &mask, words * MemoryLayout<UInt>.size)
    guard bytes > 0 else { return [] }
    return (0..<bytes * 8).filter { mask[$0 / UInt.bitWidth] >> ($0 % UInt.bitWidth) & 1 == 1 }
  }

  /// Lets every thread of this process run on `processors` alone, and with them those that they start.
  ///
  /// A thread that the system refuses it for stays where it is.
  static func set(_ processors: [Int]) {
    var mask = [UInt](repeating: 0, count: words)
    for processor in processors where processor < words * UInt.bitWidth {
      mask[processor / UInt.bitWidth] |= 1 << (processor % UInt.bitWidth)
    }
    var done: Set<Int32> = []
    while true {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
      // Those that were started meanwhile, by threads whose turn had not come, are in the next list.
      let threads = names.compactMap { Int32($0) }.filter { !done.contains($0) }
      guard !threads.isEmpty else { return }
      for thread in threads { _ = mv_linux_set_affinity(thread, mask, words * MemoryLayout<UInt>.size) }
      done.formUnion(threads)
    }
  }
}
