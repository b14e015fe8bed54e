/// Names as they stand in a line of text.
package enum OneLine {
  /// A text without what would end its line or steer a terminal.
  ///
  /// Ends of lines and tabs are shown as a blank, other controls and what is not seen as ``VisibleText`` writes them.
  package static func text(_ text: String) -> String {
    let line = text.unicodeScalars.contains(where: isSpacing) ? blanked(text) : text
    return VisibleText.text(line)
  }

  private static func blanked(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { line.append(isSpacing(scalar) ? " " : scalar) }
    return String(line)
  }

  /// Ends of lines, Unicode's own among them, and tabs.
  private static func isSpacing(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
