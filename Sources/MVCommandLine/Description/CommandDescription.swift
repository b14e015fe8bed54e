internal import MVFiles

/// What a command takes, as a value: completions and manual pages are written from it.
///
/// One program can tell it to another, as `mvmr-train` does to `mvmr`.
public struct CommandDescription: Codable, Sendable {
  let name: String
  let summary: String
  let discussion: String
  let arguments: [Argument]

  /// Describes a command.
  public init(_ command: Command) {
    name = command.name
    summary = command.summary
    discussion = command.discussion
    arguments = Program.arguments(of: command) + [.help]
  }

  /// Flags and options.
  var options: [Argument] { arguments.filter { $0.form != .positional } }

  /// Values that stand by themselves.
  var places: [Argument] { arguments.filter { $0.form == .positional } }

  /// Commands as the text that ``read(_:)`` reads.
  static func text(of commands: [Command]) -> String { CanonicalJSON.text(commands.map(Self.init)) }

  /// The commands that another program has told of; nil where the text is none of ``text(of:)``.
  static func read(_ text: String) -> [CommandDescription]? { CanonicalJSON.value(from: text) }
}

/// What a program takes, with its commands.
public struct ProgramDescription: Sendable {
  let name: String
  let summary: String
  let footer: String
  let version: String
  let commands: [CommandDescription]

  /// Describes a program; `footer` stands at the end of its help.
  public init(name: String, summary: String, footer: String, version: String, commands: [CommandDescription]) {
    self.name = name
    self.summary = summary
    self.footer = footer
    self.version = version
    self.commands = commands
  }

  /// The completion script of a shell.
  public func completions(of shell: Shell) -> String {
    switch shell {
    case .bash: BashCompletions(program: self).text
    case .zsh: ZshCompletions(program: self).text
    case .fish: FishCompletions(program: self).text
    }
  }

  /// The manual pages, by the names of their files: one of the program and one a command.
  public var manualPages: [(name: String, text: String)] {
    let pages = ManualPages(program: self)
    return [("\(name).1", pages.program)] + commands.map { ("\(name)-\($0.name).1", pages.page(of: $0)) }
  }
}

/// A shell that can complete the words of a command.
public enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish

  /// A word, or several with blanks between them, in single quotes; `quote` is how the shell has one within these.
  func quoted(_ text: String) -> String {
    let quote = self == .fish ? "\\'" : "'\\''"
    let text = self == .fish ? text.replacing("\\", with: "\\\\") : text
    return "'\(text.replacing("'", with: quote))'"
  }
}
