internal import Foundation
public import MVCore
internal import MVFiles
internal import Synchronization

/// Where a command's words go, all of them: results to stdout, messages and progress to stderr.
public enum Terminal {
  private static let quiet = Atomic<Bool>(false)

  /// Whether progress is left out, as `--quiet` asks.
  static var isQuiet: Bool {
    get { quiet.load(ordering: .relaxed) }
    set { quiet.store(newValue, ordering: .relaxed) }
  }

  /// Whether stderr is a terminal that can show a moving bar.
  public static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether notes are left out.
  private static let leavesNotes = Atomic<Bool>(false)

  /// Leaves progress and notes out from now on: another process of the same work says the same.
  public static func leaveWordsToAnother() {
    isQuiet = true
    leavesNotes.store(true, ordering: .relaxed)
  }

  /// Columns of the terminal at stderr; nil where it is none or does not say.
  static var width: Int? {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes one line to stderr.
  ///
  /// A message that cannot be written is lost, and the work goes on: a log on a full disk or a session that has ended
  /// must not end a run of days.
  public static func message(_ text: String) { write(VisibleText.text(text) + "\n") }

  /// Writes one line on what the user should know, marked as a note.
  ///
  /// Names in it cannot make it two lines.
  @Sendable public static func note(_ text: String) {
    if !leavesNotes.load(ordering: .relaxed) { message("note: \(OneLine.text(text))") }
  }

  /// Says that an image was left out, and why.
  public static func leftOut(_ id: String, _ reason: String) {
    message("left out: \(OneLine.text("\(id): \(reason)"))")
  }

  /// Writes one line of progress to stderr, unless `--quiet` was given.
  public static func progress(_ text: String) {
    if !isQuiet { message(text) }
  }

  /// Writes to stderr, whatever comes of it.
  static func write(_ text: String) {
    // A second for a terminal that is stopped; then the work matters more.
    _ = StreamWriter.write(Array(text.utf8), to: STDERR_FILENO, patience: 1000)
  }

  /// Writes a result to stdout, at once; throws where it cannot be written.
  ///
  /// What names in it would tell a terminal to do is shown instead (``VisibleText``), as in messages.
  public static func result(_ text: String, terminator: String = "\n") throws(MVError) {
    let code = StreamWriter.write(Array((VisibleText.text(text) + terminator).utf8), to: STDOUT_FILENO)
    guard code == 0 else { throw unwritten(code) }
  }

  /// Writes one line of results, whatever is in the names that it holds; throws where it cannot be written.
  public static func line(_ text: String) throws(MVError) { try result(OneLine.text(text)) }

  /// Writes a value to stdout as JSON on one line, keys sorted.
  ///
  /// Throws where a number is not finite, and where stdout cannot be written.
  public static func printJSON(_ value: some Encodable) throws(MVError) {
    try result(String(decoding: try CanonicalJSON.data(value), as: UTF8.self))
  }

  /// Throws where results that were written did not arrive, which some file systems say only when a file is closed.
  static func finish() throws(MVError) {
    let copy = dup(STDOUT_FILENO)
    guard copy >= 0, close(copy) != 0, errno != EINTR else { return }
    throw unwritten(errno)
  }

  private static func unwritten(_ code: Int32) -> MVError {
    .inputOutput(
      "standard output", "cannot be written, the results are lost", remedy: "send them elsewhere and run it again",
      cause: String(cString: strerror(code)))
  }
}
