internal import Foundation
internal import Synchronization

private let interrupted = Atomic<Bool>(false)

/// Ctrl-C and termination: the first asks the work to stop cleanly, the second ends the process.
public enum Interruption {
  /// From now on the first SIGINT or SIGTERM only sets ``isRequested``.
  public static func watch() {
    // A parent whose thread blocks signals, as those of Dispatch do, hands that on to the programs that it starts.
    var numbers = sigset_t()
    sigemptyset(&numbers)
    for number in [SIGINT, SIGTERM] { sigaddset(&numbers, number) }
    pthread_sigmask(SIG_UNBLOCK, &numbers, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if interrupted.exchange(true, ordering: .sequentiallyConsistent) { _exit(128 + number) }
      }
    }
  }

  /// Whether the user asked to stop.
  public static var isRequested: Bool { interrupted.load(ordering: .relaxed) }
}
