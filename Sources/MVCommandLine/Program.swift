internal import CCommandLine
internal import CGuarded
internal import Foundation
public import MVCore
internal import MVFiles
internal import MVImaging

/// A program made of commands: parses arguments, runs one command, and turns errors into exit codes of `sysexits.h`.
public struct Program: Sendable {
  private let name: String
  private let summary: String
  private let footer: String
  private let version: String
  private let commands: [Command]
  private let prepare: @Sendable () throws(MVError) -> Void

  /// Creates a program; the version is what `--version` prints, and `prepare` is done before any command.
  public init(
    name: String, summary: String, footer: String = "", version: String, commands: [Command],
    prepare: @escaping @Sendable () throws(MVError) -> Void = {}
  ) {
    self.prepare = prepare
    self.name = name
    self.summary = summary
    self.footer = footer
    self.version = version
    self.commands = commands
  }

  /// To be called before anything else: makes sure of stdin, stdout and stderr, of what a failed write does, and that
  /// signals reach the process.
  public static func begin() {
    StandardStreams.makeSure()
    Interruption.unblock()
    // Features are mapped: a file that is cut short meanwhile would end the program without a word.
    let name = CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent } ?? "mvmr"
    mvcl_explain_bus_errors(name, MVError.Kind.inputOutput.exitCode)
  }

  /// Ends the process with an exit code, once what was printed is written; nothing that libraries do at an end is done.
  ///
  /// OpenBLAS would wait for threads that are still being started, where there is no memory for them for ever.
  public static func leave(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
  }

  /// Runs the command that `arguments` (without the program's name) ask for, and returns the exit code.
  public func run(_ arguments: [String]) -> Int32 {
    reporting(arguments) { () throws(MVError) in
      switch try request(arguments) {
      case .information(let text): try Terminal.result(text, terminator: "")
      case .command(let command, let parsed):
        Terminal.isQuiet = parsed.has("quiet")
        try OutputCheck(command.arguments, parsed).run()
        try prepare()
        try ProcessLimits.check()
        try command.run(parsed)
      }
    }
  }

  /// Runs `body`; an error becomes one line on stderr, JSON where `arguments` ask for that, and an exit code.
  ///
  /// Results that did not arrive are an error, too.
  public func reporting(_ arguments: [String], _ body: () throws(MVError) -> Void) -> Int32 {
    do throws(MVError) {
      try body()
      DecodingWarnings.take().map(Terminal.note)
      try Terminal.finish()
      return 0
    } catch {
      return Self.report(error, name: name, asJSON: arguments.contains("--json"))
    }
  }

  /// Says what went wrong, in one line, and returns the exit code.
  private static func report(_ error: MVError, name: String, asJSON: Bool) -> Int32 {
    let code = error.kind == .interrupted ? Interruption.exitCode : error.kind.exitCode
    Terminal.message(asJSON ? ErrorObject(error, exitCode: code).text : "\(name): \(error)")
    return code
  }

  /// Ends the process at once, as if its command had thrown `error`; nothing that is open is closed.
  static func end(_ error: MVError) -> Never {
    let words = CommandLine.arguments.dropFirst()
    _exit(report(error, name: "mvmr", asJSON: words.contains("--json")))
  }

  /// The words with `help`, `help COMMAND` and `version` as the options that they stand for.
  public static func plain(_ arguments: [String]) -> [String] {
    switch arguments.first {
    case "help": arguments.count > 1 ? [arguments[1], "--help"] : ["--help"]
    case "version": ["--version"] + arguments.dropFirst()
    default: arguments
    }
  }

  /// The word by which another program asks for the ``CommandDescription``s of this one; not for people.
  static let describing = "--describe"

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
      for argument in Self.arguments(of: command) {
        if argument.form == .flag {
          try check(mvcl_add_flag(app, command.name, argument.parserNames, argument.help))
        } else {
          try check(
            mvcl_add_option(
              app, command.name, argument.parserNames, argument.valueName, argument.help, argument.defaultText,
              argument.isRequired ? 1 : 0, Int32(argument.maximum)))
        }
      }
    }
    var outcome = MVCLParsed
    var text: UnsafePointer<CChar>?
    let plain = Self.plain(arguments)
    if plain == [Self.describing] { return .information(CommandDescription.text(of: commands)) }
    if plain.first == "--version", plain.count > 1 { return .information(try version(asked: plain.dropFirst())) }
    let words = plain.isEmpty ? ["--help"] : try checked(plain)
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

  /// What a command takes, and what every command does.
  static func arguments(of command: Command) -> [Argument] {
    command.arguments.contains { $0.name == Argument.quiet.name } ? command.arguments : command.arguments + [.quiet]
  }

  /// The words with the options' names of now; throws where an option is unknown.
  private func checked(_ words: [String]) throws(MVError) -> [String] {
    guard let command = commands.first(where: { $0.name == words[0] }) else {
      guard words[0].hasPrefix("-") else { throw noCommand(words[0]) }
      return words
    }
    let options = OptionWords(command: "\(name) \(command.name)", arguments: Self.arguments(of: command))
    let renewed = [words[0]] + options.renewed(Array(words.dropFirst()))
    try options.check(Array(renewed.dropFirst()))
    return renewed
  }

  private func noCommand(_ word: String) -> MVError {
    let names = commands.map(\.name)
    let hint = NearestName.hint(for: word, among: names)
    let known = hint.isEmpty ? "it has \(names.joined(separator: ", ")), " : hint
    return .usage(word, "is not a command", remedy: "\(known)see \(name) --help")
  }

  /// The version for other programs, as `version --json` asks; throws a usage error for every other word.
  private func version(asked words: ArraySlice<String>) throws(MVError) -> String {
    if let other = words.first(where: { $0 != "--json" }) {
      throw .usage(other, "is not for version", remedy: "write \(name) version, or \(name) version --json")
    }
    return String(decoding: try CanonicalJSON.data(["version": version]), as: UTF8.self) + "\n"
  }

  private func wrong(_ message: String, _ words: [String]) -> MVError {
    let first = words[0]
    let help = commands.contains { $0.name == first } ? "\(name) \(first) --help" : "\(name) --help"
    return .usage("arguments", message.trimmingCharacters(in: .whitespacesAndNewlines), remedy: "see \(help)")
  }

  private func parsed(_ command: Command, _ app: OpaquePointer?) -> ParsedArguments {
    var values: [String: [String]] = [:]
    var counts: [String: Int] = [:]
    for argument in Self.arguments(of: command) {
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
