internal import Foundation
public import MVCore
internal import MVFiles

/// Where a command's words go: results to stdout, messages to stderr.
public enum Terminal {
  /// Whether stderr is a terminal that can show a moving bar.
  public static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes one line to stderr.
  public static func message(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Writes a value to stdout as JSON on one line, keys sorted; throws where a number is not finite.
  public static func printJSON(_ value: some Encodable) throws(MVError) {
    print(String(decoding: try CanonicalJSON.data(value), as: UTF8.self))
  }
}
