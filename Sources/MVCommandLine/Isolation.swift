internal import CCommandLine
internal import Foundation
public import MVCore

/// Work on a file that somebody may have made to bring a library down.
public enum Isolation {
  /// Goes on in a child process, so that a crash there is an error here; to be called before threads are started.
  ///
  /// This process waits, and ends as the child does. Where there is no child, it does the work itself. Throws where the
  /// child was ended by a signal that a fault of the program brings, naming `subject`, the file that was read; where
  /// memory is limited, that is the reason that is given, and not the file.
  public static func enter(reading subject: String) throws(MVError) {
    var status: Int32 = 0
    guard mvcl_in_child(&status) == 0 else { return }
    guard status < 0 else { Program.leave(status) }
    let faults = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS]
    guard faults.contains(-status) else {
      // As a shell says it of a process that a signal ended.
      Program.leave(128 - status)
    }
    guard !MemoryLimit.isSet else {
      throw MVError(
        .outOfMemory, subject, "was not read to its end: the memory for it is limited (\(MemoryLimit.words))",
        remedy: "raise the limits and run it again; if it ends so without them, the file is damaged, or made to",
        cause: "signal \(-status)")
    }
    throw .badData(
      subject, "brings the program down that reads it (signal \(-status)): it is damaged, or made to",
      remedy: "restore the file, and open no file of a stranger that verify does not pass")
  }
}
