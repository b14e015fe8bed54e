/// A text that is compared by its bytes, as file systems compare names.
///
/// Two `String`s are equal where they look alike: a composed é and a decomposed one. As keys they would become one.
package struct ExactText: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text itself.
  package let text: String

  /// Wraps a text.
  package init(_ text: some StringProtocol) { self.text = String(text) }

  package static func == (one: ExactText, other: ExactText) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

  package static func < (one: ExactText, other: ExactText) -> Bool {
    one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xFF))
  }

  /// The text itself.
  package var description: String { text }
}
