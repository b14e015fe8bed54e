/// Text from files and names as it may reach a terminal: shown, never obeyed.
package enum VisibleText {
  /// The text with every character that would steer a terminal written out, as `\\u001b`.
  ///
  /// These are the control characters, but for ends of lines and tabs, and those that turn the direction of writing.
  /// The form is that of JSON, where it stands for the same text. With `keepingLines` false, ends of lines and tabs are
  /// written out, too.
  package static func text(_ text: String, keepingLines: Bool = true) -> String {
    func isHidden(_ scalar: Unicode.Scalar) -> Bool {
      if scalar.value < 0x80 {
        if scalar == "\n" || scalar == "\t" { return !keepingLines }
        return scalar.value < 0x20 || scalar.value == 0x7F
      }
      switch scalar.value {
      case 0x80...0x9F, 0x2028...0x202E, 0x2066...0x2069: return true
      default: return false
      }
    }
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard isHidden(scalar) else {
        shown.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16)
      shown.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
    }
    return String(shown)
  }
}
