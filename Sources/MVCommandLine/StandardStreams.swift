internal import Foundation

/// The three descriptors that every program is meant to be started with, made sure of before anything else is opened.
enum StandardStreams {
  /// Opens those of stdin, stdout and stderr that the process was started without, and ignores the signals of a write
  /// that fails.
  ///
  /// Without it the next file that is opened, such as a feature file, would become stdout or stderr, and messages would
  /// be written into it.
  static func makeSure() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 && errno == EBADF {
      // The wrong way round, so that using one still fails: results are not lost with an exit code of 0, and a list
      // from a closed stdin is not an empty list. Opening takes the lowest number that is free: this one.
      _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
    // A reader that has left, or a limit on the size of files, is then an error of the write and not the end of the
    // process.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }
}
