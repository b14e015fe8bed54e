/// One argument of a command, as `--help` shows it.
public struct Argument: Sendable {
  enum Form: Sendable { case flag, option, positional }
  let form: Form
  let name: String
  /// A name of an earlier version, still taken.
  let formerName: String?
  let valueName: String
  let help: String
  let defaultText: String
  let isRequired: Bool
  /// How often it may be given; 0 for any number of times.
  let maximum: Int

  /// A value that stands by itself, in order: `SOURCE`.
  public static func positional(
    _ name: String, _ help: String, required: Bool = true, repeated: Bool = false
  ) -> Argument {
    Argument(
      form: .positional, name: name, formerName: nil, valueName: "", help: help, defaultText: "", isRequired: required,
      maximum: repeated ? 0 : 1)
  }

  /// `--name VALUE`; `formerName` is taken for it as well.
  public static func option(
    _ name: String, _ valueName: String, _ help: String, default defaultText: String = "", required: Bool = false,
    repeated: Bool = false, formerName: String? = nil
  ) -> Argument {
    Argument(
      form: .option, name: name, formerName: formerName, valueName: valueName, help: help, defaultText: defaultText,
      isRequired: required,
      maximum: repeated ? 0 : 1)
  }

  /// `--name`.
  public static func flag(_ name: String, _ help: String) -> Argument {
    Argument(
      form: .flag, name: name, formerName: nil, valueName: "", help: help, defaultText: "", isRequired: false,
      maximum: 1)
  }

  /// The name as the parser knows it: `--jobs` or `SOURCE`.
  var parserName: String { form == .positional ? name : "--\(name)" }

  /// Every name that the parser takes for it.
  var parserNames: String { formerName.map { "\(parserName),--\($0)" } ?? parserName }
}
