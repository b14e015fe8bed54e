internal import MVCore

/// Manual pages, in the macros of man(7).
struct ManualPages {
  private let description: ProgramDescription

  init(program: ProgramDescription) { description = program }

  /// The page of the program, which lists the commands.
  var program: String {
    let name = description.name
    var lines = head(name)
    lines += [".SH NAME", "\(plain(name)) \\- \(plain(description.summary))"]
    lines += [".SH SYNOPSIS", ".B \(plain(name))", "\\fIcommand\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]"]
    lines += [".SH DESCRIPTION"] + discussion(description.footer)
    lines.append(".SH COMMANDS")
    for command in description.commands {
      lines += [".TP", ".BR \(plain("\(name)-\(command.name)")) (1)", marked(command.summary)]
    }
    lines += [".SH OPTIONS"] + option(.help)
    lines += [".TP", "\\fB\\-\\-version\\fR", "Print the version and exit."]
    lines.append(".SH EXIT STATUS")
    for (status, meaning) in Self.statuses { lines += [".TP", "\\fB\(status)\\fR", plain(meaning)] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The page of a command.
  func page(of command: CommandDescription) -> String {
    let name = description.name
    let title = "\(name)-\(command.name)"
    var lines = head(title)
    lines += [".SH NAME", "\(plain(title)) \\- \(plain(command.summary))"]
    lines += [".SH SYNOPSIS", ".B \(plain("\(name) \(command.name)"))"]
    let places = command.places.map { argument in
      let text = "\\fI\(plain(argument.name))\\fR" + (argument.maximum == 0 ? " ..." : "")
      return argument.isRequired ? text : "[\(text)]"
    }
    lines.append((["[\\fIoptions\\fR]"] + places).joined(separator: " "))
    if !command.discussion.isEmpty { lines += [".SH DESCRIPTION"] + discussion(command.discussion) }
    if !command.places.isEmpty { lines += [".SH ARGUMENTS"] + command.places.flatMap(option) }
    lines += [".SH OPTIONS"] + command.options.flatMap(option)
    lines += [".SH SEE ALSO", ".BR \(plain(name)) (1)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func head(_ title: String) -> [String] {
    [
      ".\\\" Written by `\(description.name) manual`.",
      ".TH \(plain(title.uppercased())) 1 \"\" \"\(plain(description.version))\" \"User Commands\"",
    ]
  }

  private static var statuses: [(Int32, String)] {
    [
      (0, "Everything asked for was done."),
      (MVError.Kind.usage.exitCode, "The request cannot be, or an output cannot be written."),
      (MVError.Kind.badData.exitCode, "An input is not what it should be."),
      (MVError.Kind.missingInput.exitCode, "An input is not there."),
      (MVError.Kind.internalFault.exitCode, "There is not enough memory, or the program is at fault."),
      (MVError.Kind.inputOutput.exitCode, "Reading or writing failed."),
      (MVError.Kind.interrupted.exitCode, "Stopped by Ctrl-C; 128 + n by signal n."),
    ]
  }

  private func option(_ argument: Argument) -> [String] {
    var names = argument.allNames.map { "\\fB\(plain($0))\\fR" }.joined(separator: ", ")
    if argument.form == .positional { names = "\\fI\(plain(argument.name))\\fR" }
    if argument.form == .option { names += " \\fI\(plain(argument.valueName))\\fR" }
    var facts: [String] = []
    if argument.form == .option, argument.isRequired { facts.append("required") }
    if argument.form != .flag, argument.maximum == 0 { facts.append("may be given several times") }
    if !argument.defaultText.isEmpty { facts.append("default: \(argument.defaultText)") }
    let end = facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))"
    return [".TP", names, marked(argument.help + end)]
  }

  /// Paragraphs, and lines that begin with blanks as they stand.
  private func discussion(_ text: String) -> [String] {
    var lines: [String] = []
    var isExample = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.first == " ", !isExample {
        lines += [".PP", ".in +2n", ".nf"]
        isExample = true
      } else if line.first != " ", isExample {
        lines += [".fi", ".in"]
        isExample = false
      }
      if line.isEmpty {
        if !lines.isEmpty { lines.append(".PP") }
      } else {
        lines.append(isExample ? plain(String(line.drop { $0 == " " })) : marked(String(line)))
      }
    }
    if isExample { lines += [".fi", ".in"] }
    // A macro that begins a paragraph says so once.
    return lines.enumerated().filter { $1 != ".PP" || $0 + 1 < lines.count && lines[$0 + 1] != ".PP" }.map(\.element)
  }

  /// Text in which what stands between backticks is set in bold.
  private func marked(_ text: String) -> String {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
      index % 2 == 1 ? "\\fB\(plain(String(part), begins: false))\\fR" : plain(String(part), begins: index == 0)
    }.joined()
  }

  /// Text that the formatter prints as it is.
  private func plain(_ text: String, begins: Bool = true) -> String {
    let escapes: [Character: String] = [
      "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "\"": "\\(dq", "\n": " ",
    ]
    let escaped = text.reduce(into: "") { $0 += escapes[$1] ?? String($1) }
    // A dot in front would be a macro.
    return begins && escaped.first == "." ? "\\&\(escaped)" : escaped
  }
}
