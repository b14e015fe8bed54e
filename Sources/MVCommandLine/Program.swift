internal import CCommandLine
internal import CGuarded
internal import Foundation
public import MVCore

/// A program made of commands: parses arguments, runs one command, and turns errors into exit codes of `sysexits.h`.
public struct Program: Sendable {
  private let name: String
  private let summary: String
  private let footer: String
  private let version: String
  private let commands: [Command]

  /// Creates a program; the version is what `--version` prints.
  public init(name: String, summary: String, footer: String = "", version: String, commands: [Command]) {
    self.name = name
    self.summary = summary
    self.footer = footer
    self.version = version
    self.commands = commands
  }

  /// Runs the command that `arguments` (without the program's name) ask for, and returns the exit code.
  public func run(_ arguments: [String]) -> Int32 {
    // Beyond a limit on the size of files, writing then fails with an error of its own instead of a silent end.
    signal(SIGXFSZ, SIG_IGN)
    return reporting { () throws(MVError) in
      switch try request(arguments) {
      case .information(let text): print(text, terminator: "")
      case .command(let command, let parsed): try command.run(parsed)
      }
    }
  }

  /// Runs `body`; an error becomes one line on stderr and an exit code.
  public func reporting(_ body: () throws(MVError) -> Void) -> Int32 {
    do throws(MVError) {
      try body()
      return 0
    } catch {
      Terminal.message("\(name): \(error)")
      return error.kind.exitCode
    }
  }

  /// What arguments ask for.
  enum Request {
    /// Help, or the version.
    case information(String)
    case command(Command, ParsedArguments)
  }

  /// Reads the arguments (without the program's name); throws where a command, an option or a choice is unknown.
  func request(_ arguments: [String]) throws(MVError) -> Request {
    var app: OpaquePointer?
    try check(mvcl_app_new(name, summary, footer, version, &app))
    defer { mvcl_app_free(app) }
    for command in commands {
      try check(mvcl_add_command(app, command.name, command.summary, command.discussion))
      for argument in command.arguments {
        if argument.form == .flag {
          try check(mvcl_add_flag(app, command.name, argument.parserName, argument.help))
        } else {
          try check(
            mvcl_add_option(
              app, command.name, argument.parserName, argument.valueName, argument.help, argument.defaultText,
              argument.isRequired ? 1 : 0, Int32(argument.maximum)))
        }
      }
    }
    var outcome = MVCLParsed
    var text: UnsafePointer<CChar>?
    let words = arguments.isEmpty ? ["--help"] : renewed(arguments)
    let copies = words.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    try check(mvcl_parse(app, Int32(words.count), copies.map { UnsafePointer($0) }, &outcome, &text))
    let message = text.map { String(cString: $0) } ?? ""
    switch outcome {
    case MVCLInformation: return .information(message)
    case MVCLWrong: throw wrong(message, words)
    default:
      guard let given = mvcl_given_command(app).map({ String(cString: $0) }),
        let command = commands.first(where: { $0.name == given })
      else { throw .usage("arguments", "name no command", remedy: "see \(name) --help") }
      let parsed = parsed(command, app)
      for argument in command.arguments {
        for value in parsed.all(argument.name) { try argument.check(value) }
      }
      return .command(command, parsed)
    }
  }

  /// The words with the options' former names replaced by those of now.
  private func renewed(_ words: [String]) -> [String] {
    guard let command = commands.first(where: { $0.name == words[0] }) else { return words }
    var names: [Substring: String] = [:]
    for argument in command.arguments {
      if let former = argument.formerName { names["--\(former)"[...]] = argument.parserName }
    }
    return words.map { word in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = parts.first, let name = names[first] else { return word }
      return ([name] + parts.dropFirst().map(String.init)).joined(separator: "=")
    }
  }

  private func wrong(_ message: String, _ words: [String]) -> MVError {
    let first = words[0]
    if !first.hasPrefix("-"), !commands.contains(where: { $0.name == first }) {
      return .usage(first, "is not a command", remedy: "see \(name) --help")
    }
    let help = commands.contains { $0.name == first } ? "\(name) \(first) --help" : "\(name) --help"
    return .usage("arguments", message.trimmingCharacters(in: .whitespacesAndNewlines), remedy: "see \(help)")
  }

  private func parsed(_ command: Command, _ app: OpaquePointer?) -> ParsedArguments {
    var values: [String: [String]] = [:]
    var counts: [String: Int] = [:]
    for argument in command.arguments {
      let count = mvcl_value_count(app, command.name, argument.parserName)
      counts[argument.name] = count
      if argument.form != .flag, count > 0 {
        values[argument.name] = (0..<count).map {
          String(cString: mvcl_value(app, command.name, argument.parserName, $0))
        }
      }
    }
    return ParsedArguments(values: values, counts: counts)
  }

  private func check(_ status: GuardedStatus) throws(MVError) {
    guard status == GuardedOK else {
      throw .internalFault("command line", String(cString: guarded_last_message()))
    }
  }
}

extension MVError.Kind {
  /// The exit code of `sysexits.h` for this kind of failure.
  public var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .badData: 65
    case .missingInput: 66
    case .internalFault, .outOfMemory: 70
    case .inputOutput: 74
    case .interrupted: 130
    }
  }
}
