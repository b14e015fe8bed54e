internal import Foundation
public import MVCore

/// Ctrl-C and termination: the first asks the work to stop cleanly, the second ends the process.
public enum Interruption {
  /// The process's own request to stop: pass it to every long call.
  public static let cancellation = Cancellation()

  /// Whether the user asked to stop.
  public static var isRequested: Bool { cancellation.isCancelled }

  /// From now on the first SIGINT or SIGTERM only makes the request; a second one ends the process.
  public static func watch() {
    // Created here: the handler may only touch what is there already.
    _ = cancellation
    // A parent whose thread blocks signals, as those of Dispatch do, hands that on to the programs that it starts.
    var numbers = sigset_t()
    sigemptyset(&numbers)
    for number in [SIGINT, SIGTERM] { sigaddset(&numbers, number) }
    pthread_sigmask(SIG_UNBLOCK, &numbers, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.cancellation.isCancelled { _exit(128 + number) }
        Interruption.cancellation.cancel()
      }
    }
  }
}
