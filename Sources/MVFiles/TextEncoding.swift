package import MVCore

/// What the first bytes of a text say of its encoding.
package enum TextEncoding {
  /// What some programs write before UTF-8.
  package static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Throws where a text is UTF-16, as spreadsheets save it: it has a mark, or zero bytes between its letters.
  package static func check(_ bytes: some Collection<UInt8>, _ path: String) throws(MVError) {
    let head = bytes.prefix(4096)
    guard head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) || head.contains(0) else { return }
    throw .badData(path, "is UTF-16 text, or no text", remedy: "save it as UTF-8, in spreadsheets as CSV UTF-8")
  }
}
