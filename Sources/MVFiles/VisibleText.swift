/// Text from files and names as it may reach a terminal: shown, never obeyed.
package enum VisibleText {
  /// The text with every character that would steer a terminal written out, as `\\u001b`.
  ///
  /// These are the control characters, but for ends of lines and tabs, and those that are not seen: of no width, that
  /// turn the direction of writing, join letters or mark languages (all of Unicode's category Cf), and ends of lines
  /// and paragraphs of Unicode's own. The form is that of JSON, where it stands for the same text. With `keepingLines`
  /// false, ends of lines and tabs are written out, too.
  package static func text(_ text: String, keepingLines: Bool = true) -> String {
    func isHidden(_ scalar: Unicode.Scalar) -> Bool {
      if scalar.value < 0x80 {
        if scalar == "\n" || scalar == "\t" { return !keepingLines }
        return scalar.value < 0x20 || scalar.value == 0x7F
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: return true
      default: return scalar.properties.isDefaultIgnorableCodePoint && !isVariation(scalar)
      }
    }
    // What is seen of an emoji depends on it, and nothing of what stands around it.
    func isVariation(_ scalar: Unicode.Scalar) -> Bool { (0xFE00...0xFE0F).contains(scalar.value) }
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard isHidden(scalar) else {
        shown.append(scalar)
        continue
      }
      // Beyond the first plane, as JSON has it: by two halves.
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        shown.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
      }
    }
    return String(shown)
  }
}
