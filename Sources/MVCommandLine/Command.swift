public import MVCore

/// One command of a program: what it takes, and what it does.
public struct Command: Sendable {
  /// What the user types.
  public let name: String
  /// One line for the list of commands.
  public let summary: String
  /// What stands below the options in its help: what it does, with examples.
  ///
  /// Blank lines part paragraphs; lines that begin with blanks are words for a shell, shown as they are.
  public let discussion: String
  /// What it takes.
  public let arguments: [Argument]
  /// Does the work; results go to stdout.
  public let run: @Sendable (ParsedArguments) throws(MVError) -> Void

  /// Creates a command.
  public init(
    _ name: String, summary: String, discussion: String = "", arguments: [Argument],
    run: @escaping @Sendable (ParsedArguments) throws(MVError) -> Void
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.arguments = arguments
    self.run = run
  }
}
