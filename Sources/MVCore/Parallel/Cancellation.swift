internal import Synchronization

/// A request to stop, set once from anywhere - a signal handler too - and looked at by long works between their pieces.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  /// The request to end this whole process, as a signal makes it: who waits for something outside looks at it.
  package static let ofProcess = Cancellation()

  /// Creates a request that is not made yet.
  public init() {}

  /// Asks the work to stop.
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Whether the work shall stop.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
