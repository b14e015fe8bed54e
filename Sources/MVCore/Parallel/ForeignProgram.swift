internal import Synchronization

/// Whether this process runs a program that a file holds, such as TorchScript, which nobody else can stop.
package enum ForeignProgram {
  private static let running = Atomic<Int>(0)

  /// Whether one runs now; may be asked in a handler of a signal, once it was asked before.
  package static var isRunning: Bool { running.load(ordering: .relaxed) > 0 }

  /// Calls `body`, which runs such a program; throws what `body` throws.
  package static func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    running.add(1, ordering: .relaxed)
    defer { running.subtract(1, ordering: .relaxed) }
    return try body()
  }
}
