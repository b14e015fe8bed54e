internal import MVCore

/// The words of a command line that name options, before they are parsed.
struct OptionWords {
  /// The name of the command as a message has it, for example `mvmr knn`.
  let command: String
  let arguments: [Argument]

  /// The words with former names and British spellings of options replaced by the names of now.
  func renewed(_ words: [String]) -> [String] {
    var names: [String: String] = [:]
    for argument in arguments {
      if let former = argument.formerName { names["--\(former)"] = argument.parserName }
    }
    let known = Set(arguments.map(\.parserName))
    return words.map { word in
      let name = Self.name(of: word)
      guard word.hasPrefix("--"), !known.contains(name) else { return word }
      let american = Self.american(name)
      guard let now = names[name] ?? names[american] ?? (known.contains(american) ? american : nil) else { return word }
      return now + word.dropFirst(name.count)
    }
  }

  /// Throws at the first option that the command does not have, with the one that was probably meant.
  func check(_ words: [String]) throws(MVError) {
    var place = 0
    while place < words.count, words[place] != "--" {
      let word = words[place]
      place += 1
      if let argument = arguments.first(where: { $0.form != .positional && $0.isNamed(Self.name(of: word)) }) {
        // What follows is its value, whatever it looks like.
        if argument.form == .option, !word.contains("=") || !word.hasPrefix("--") { place += 1 }
      } else if word.hasPrefix("--"), word != "--help" {
        throw unknown(Self.name(of: word))
      }
    }
  }

  private func unknown(_ option: String) -> MVError {
    let name = String(option.dropFirst(2))
    for argument in arguments {
      let key = name.replacing("-", with: "_")
      guard argument.keys.contains(key) else { continue }
      return .usage(
        option, "is not an option of \(command) but a setting",
        remedy: "write \(argument.parserName) \(key)=VALUE, see \(command) --help")
    }
    let names = arguments.filter { $0.form != .positional }.map(\.name)
    var hint = NearestName.of(name, among: names).map { "did you mean --\($0)? " } ?? ""
    if hint.isEmpty {
      for argument in arguments {
        guard let key = NearestName.of(name, among: argument.keys) else { continue }
        hint = "did you mean \(argument.parserName) \(key)=VALUE? "
      }
    }
    return .usage(option, "is not an option of \(command)", remedy: "\(hint)see \(command) --help")
  }

  private static func name(of word: String) -> String { String(word.prefix { $0 != "=" }) }

  /// The American spelling, which all names here have.
  private static func american(_ name: String) -> String {
    [("isation", "ization"), ("ise", "ize"), ("our", "or"), ("centre", "center"), ("grey", "gray"), ("lled", "led")]
      .reduce(name) { $0.replacing($1.0, with: $1.1) }
  }
}
