internal import MVCore

/// One argument of a command, as `--help` shows it.
public struct Argument: Codable, Sendable {
  enum Form: String, Codable, Sendable { case flag, option, positional }
  let form: Form
  /// What the user types, without the dashes of an option.
  public let name: String
  let valueName: String
  let help: String
  let defaultText: String
  let isRequired: Bool
  /// How often it may be given; 0 for any number of times.
  let maximum: Int
  /// The values that it takes; empty where any text may be one.
  let choices: [String]
  /// The name that it had in an earlier version, which is still taken and which help does not show.
  let formerName: String?
  /// What is made at the place that the value names; nil where it names no output.
  let output: OutputKind?
  /// The keys of an option that takes KEY=VALUE, for messages.
  let keys: [String]
  /// What its value may be, as shells propose it.
  let proposal: Proposal

  private init(
    _ form: Form, _ name: String, valueName: String = "", _ help: String, default defaultText: String = "",
    required: Bool = false, repeated: Bool = false, choices: [String] = [], formerly formerName: String? = nil,
    output: OutputKind? = nil, keys: [String] = [], takes proposal: Proposal? = nil
  ) {
    self.output = output
    self.keys = keys
    self.proposal =
      proposal ?? output?.proposal ?? .words(choices.isEmpty ? keys.map { "\($0)=" } : choices)
    self.form = form
    self.name = name
    self.valueName = valueName
    self.help = help
    self.defaultText = defaultText
    isRequired = required
    maximum = repeated ? 0 : 1
    self.choices = choices
    self.formerName = formerName
  }

  /// A value that stands by itself, in order: `SOURCE`; `takes` is what shells propose.
  public static func positional(
    _ name: String, _ help: String, required: Bool = true, repeated: Bool = false, takes proposal: Proposal = .nothing
  ) -> Argument {
    Argument(.positional, name, help, required: required, repeated: repeated, takes: proposal)
  }

  /// `--name VALUE`; `formerly` is a name of earlier versions that is still taken.
  ///
  /// With `output` the value is a place, which is looked at before the command begins. `keys` are those of KEY=VALUE.
  /// What shells propose follows from these, or is what the option `takes`.
  public static func option(
    _ name: String, _ valueName: String, _ help: String, default defaultText: String = "", required: Bool = false,
    repeated: Bool = false, formerly: String? = nil, output: OutputKind? = nil, keys: [String] = [],
    takes proposal: Proposal? = nil
  ) -> Argument {
    Argument(
      .option, name, valueName: valueName, help, default: defaultText, required: required, repeated: repeated,
      formerly: formerly, output: output, keys: keys, takes: proposal)
  }

  /// `--name a|b|c`, one case of an enumeration, which ``ParsedArguments/choice(_:as:)`` returns.
  ///
  /// Help lists the cases, and a value that is none of them is refused before the command runs. `default` is only
  /// shown.
  ///
  /// ```swift
  /// .choice("metric", of: NearestNeighbors.Metric.self, "how far two rows are apart", default: .cosine)
  /// ```
  public static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Choice.Type, _ help: String, default choice: Choice? = nil, repeated: Bool = false,
    formerly: String? = nil
  ) -> Argument {
    .choice(
      name, among: type.allCases.map(\.rawValue), help, default: choice?.rawValue ?? "", repeated: repeated,
      formerly: formerly)
  }

  /// `--name a|b|c`, one of the texts that `choices` lists.
  public static func choice(
    _ name: String, among choices: [String], _ help: String, default defaultText: String = "", repeated: Bool = false,
    formerly: String? = nil
  ) -> Argument {
    Argument(
      .option, name, valueName: choices.joined(separator: "|"), help, default: defaultText, repeated: repeated,
      choices: choices, formerly: formerly)
  }

  /// `--name`.
  public static func flag(_ name: String, _ help: String) -> Argument { Argument(.flag, name, help) }

  /// The flag that every command has.
  static let quiet = flag("quiet", "show no progress; notes and errors stay")

  /// The flag that the parser itself has, for every command.
  static let help = flag("help", "Print this help message and exit")

  /// The name as the parser knows it: `--jobs` or `SOURCE`.
  var parserName: String { form == .positional ? name : "--\(name)" }

  /// Every name for the parser, a letter that stands for it included: `-o,--output`.
  var parserNames: String { letter.map { "\($0),\(parserName)" } ?? parserName }

  /// Its names one by one: `-o` and `--output`, or `SOURCE`.
  var allNames: [String] { (letter.map { [$0] } ?? []) + [parserName] }

  /// Whether a word of the command line is this option's name.
  func isNamed(_ word: String) -> Bool { word == parserName || word == letter }

  /// The letter that stands for it, with its dash.
  var letter: String? { form == .positional ? nil : ["output": "-o", "quiet": "-q", "help": "-h"][name] }

  /// Throws where `value` is none of the choices.
  func check(_ value: String) throws(MVError) {
    guard choices.isEmpty || choices.contains(value) else {
      throw .usage(
        "\(parserName) \(value)", "is not possible", remedy: "it takes \(choices.joined(separator: "|"))")
    }
  }
}
