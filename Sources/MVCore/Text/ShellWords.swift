/// Words of a command as people paste them into a shell.
public enum ShellWords {
  /// One word, in quotation marks where a shell would take it for anything else.
  public static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+%@".contains($0) }
    return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  /// A command of these words.
  public static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}
