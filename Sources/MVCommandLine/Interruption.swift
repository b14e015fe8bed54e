internal import Foundation
public import MVCore
internal import Synchronization

/// The signals that ask a program to end: the work stops cleanly, what is done is saved, and the exit code names them.
public enum Interruption {
  /// The process's own request to stop: pass it to every long call.
  public static let cancellation = Cancellation.ofProcess

  /// Whether the user asked to stop.
  public static var isRequested: Bool { cancellation.isCancelled }

  /// Those that a person sends; a second one of them ends the process at once.
  private static let urgent = [SIGINT, SIGTERM]
  /// Those of a terminal that closes, and of a batch system or a limit on time: they may come several times.
  private static let patient = [SIGHUP, SIGUSR1, SIGXCPU]
  /// The signal that asked first; 0 before.
  private static let first = Atomic<Int32>(0)
  /// For how many seconds further urgent ones change nothing; 0 where each counts.
  ///
  /// What starts several ranks passes on what the terminal has sent them already.
  private static let grace = Atomic<Int>(0)
  /// When the first urgent one came, in seconds.
  private static let urgentSince = Atomic<Int>(0)
  /// Seconds that a program in a file, such as TorchScript, has to come to an end in, once the work shall stop.
  private static let patienceWithPrograms: UInt32 = 10
  /// Whether an urgent one has come.
  private static let isUrgent = Atomic<Bool>(false)

  /// The exit code of a work that was stopped: 128 and the number of the signal, as shells count.
  static var exitCode: Int32 {
    let number = first.load(ordering: .relaxed)
    return number == 0 ? MVError.Kind.interrupted.exitCode : 128 + number
  }

  /// From now on the first of these signals only makes the request; a second SIGINT or SIGTERM ends the process.
  ///
  /// One of the others that was ignored when the program was started, as `nohup` does, stays so.
  public static func watch() {
    // Created here: the handler may only touch what is there already.
    _ = cancellation
    _ = first.load(ordering: .relaxed)
    _ = isUrgent.load(ordering: .relaxed)
    _ = (grace.load(ordering: .relaxed), urgentSince.load(ordering: .relaxed))
    _ = ForeignProgram.isRunning
    signal(SIGALRM) { _ in Interruption.lookAtPrograms() }
    unblock()
    for number in urgent {
      signal(number) { number in
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        if Interruption.isUrgent.exchange(true, ordering: .relaxed) {
          let since = Interruption.urgentSince.load(ordering: .relaxed)
          if now.tv_sec - since >= Interruption.grace.load(ordering: .relaxed) { _exit(128 + number) }
        } else {
          Interruption.urgentSince.store(now.tv_sec, ordering: .relaxed)
        }
        Interruption.request(number)
      }
    }
    for number in patient where !isIgnored(number) { signal(number) { number in Interruption.request(number) } }
    followParent()
  }

  /// Lets the signals that ask to stop through to this thread, and to those that it starts.
  ///
  /// A parent whose thread blocks signals, as those of Dispatch do, hands that on to the programs that it starts.
  static func unblock() {
    var numbers = sigset_t()
    sigemptyset(&numbers)
    for number in urgent + patient + [SIGALRM] { sigaddset(&numbers, number) }
    pthread_sigmask(SIG_UNBLOCK, &numbers, nil)
  }

  /// Takes urgent signals within some seconds of the first for the same request.
  public static func takeAsOne(within seconds: Int) { grace.store(seconds, ordering: .relaxed) }

  /// The variable by which a program asks those that it starts to end, saved, when their standard input ends.
  ///
  /// It ends with the program itself, however that ends: no run is left behind.
  static let endsWithInput = "MVMR_ENDS_WITH_INPUT"
  /// Whether the standard input is watched already.
  private static let isFollowing = Atomic<Bool>(false)

  private static func followParent() {
    guard getenv(endsWithInput) != nil, !isFollowing.exchange(true, ordering: .relaxed) else { return }
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { break }
      }
      Interruption.request(SIGTERM)
    }
  }

  private static func request(_ number: Int32) {
    if first.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged { alarm(patienceWithPrograms) }
    cancellation.cancel()
  }

  /// Ends the process where a program that a file holds goes on: nothing else could; what is on the disk stays whole.
  private static func lookAtPrograms() {
    // This package's own work ends by itself, and may have a checkpoint to save; a program may begin meanwhile.
    guard ForeignProgram.isRunning else {
      alarm(1)
      return
    }
    let line: StaticString =
      "mvmr: TorchScript: did not come to an end 10 seconds after it was asked to stop, and was ended; what was saved stays\n"
    _ = write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
    _exit(128 + first.load(ordering: .relaxed))
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
