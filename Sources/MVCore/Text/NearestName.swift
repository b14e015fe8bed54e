/// The name that a person meant who typed another: of an option, a command or a setting.
package enum NearestName {
  /// The name nearest to `word`, or nil where none is near.
  ///
  /// Near is a third of its letters wrong at most, where a letter too many, too few, another one, or two that changed
  /// places are one error each; or three letters or more that the name begins with.
  package static func of(_ word: String, among names: some Sequence<String>) -> String? {
    let typed = letters(of: word)
    let limit = max(1, typed.count / 3)
    var best: (name: String, errors: Int)?
    for name in names {
      let wanted = letters(of: name)
      let errors = errors(between: typed, and: wanted)
      // A beginning is less certain than a slip.
      let value = errors <= limit ? errors : typed.count >= 3 && wanted.starts(with: typed) ? limit + 1 : nil
      if let value, value < best?.errors ?? .max { best = (name, value) }
    }
    return best?.name
  }

  /// `did you mean NAME? `, for the beginning of a remedy; empty where no name is near.
  package static func hint(for word: String, among names: some Sequence<String>) -> String {
    of(word, among: names).map { "did you mean \($0)? " } ?? ""
  }

  /// What is compared: capitals and the two kinds of dashes are no difference.
  private static func letters(of text: String) -> [Character] {
    text.lowercased().map { $0 == "_" ? "-" : $0 }
  }

  /// The errors between two words (Damerau and Levenshtein, each letter changing places at most once).
  static func errors(between first: [Character], and second: [Character]) -> Int {
    var rows = [Array(0...second.count)]
    for (row, letter) in first.enumerated() {
      var line = [row + 1]
      for (column, other) in second.enumerated() {
        var least = min(rows[row][column] + (letter == other ? 0 : 1), rows[row][column + 1] + 1, line[column] + 1)
        if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
          least = min(least, rows[row - 1][column - 1] + 1)
        }
        line.append(least)
      }
      rows.append(line)
    }
    return rows[first.count][second.count]
  }
}
