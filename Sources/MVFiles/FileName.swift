/// Names of files as texts, of which no two names have the same.
///
/// A name is bytes, mostly UTF-8 but not always. A byte that is none stands as `\xhh` in the text, and a backslash that
/// would read like one as `\x5c`; every other name is its own text.
package enum FileName {
  /// The text of the bytes of a name or path.
  package static func text(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0x5C) { return text }
    var text = ""
    var place = 0
    while place < bytes.count {
      if bytes[place] == 0x5C, code(at: place, of: bytes) != nil {
        text += #"\x5c"#
        place += 1
      } else if let length = characterLength(at: place, of: bytes) {
        text += String(decoding: bytes[place..<place + length], as: UTF8.self)
        place += length
      } else {
        text += #"\x"# + (bytes[place] < 16 ? "0" : "") + String(bytes[place], radix: 16)
        place += 1
      }
    }
    return text
  }

  /// The bytes of a name or path that ``text(_:)`` made a text of.
  package static func bytes(_ text: String) -> [UInt8] {
    let written = Array(text.utf8)
    guard written.contains(0x5C) else { return written }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(written.count)
    var place = 0
    while place < written.count {
      if written[place] == 0x5C, let byte = code(at: place, of: written) {
        bytes.append(byte)
        place += 4
      } else {
        bytes.append(written[place])
        place += 1
      }
    }
    return bytes
  }

  /// The byte that `\xhh` at `place` stands for; nil where there is none.
  private static func code(at place: Int, of bytes: [UInt8]) -> UInt8? {
    guard place + 3 < bytes.count, bytes[place + 1] == 0x78 else { return nil }
    let digits = bytes[place + 2...place + 3]
    guard digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// How many bytes the character of UTF-8 at `place` has; nil where there is none.
  private static func characterLength(at place: Int, of bytes: [UInt8]) -> Int? {
    (1...4).first { length in
      place + length <= bytes.count
        && String(validating: bytes[place..<place + length], as: UTF8.self)?.unicodeScalars.count == 1
    }
  }
}
