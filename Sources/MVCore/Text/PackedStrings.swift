/// Texts in rows of equally many bytes, filled up with zeros: how HDF5 stores texts, and what millions of ids cost least as.
///
/// An array of `String` takes 16 bytes a text, and some 50 more of the heap where it is longer than 15 bytes; this takes the
/// bytes of the longest.
public struct PackedStrings: RandomAccessCollection, Hashable, Sendable, ExpressibleByArrayLiteral {
  /// How many texts there are.
  public let count: Int
  /// Bytes a text; at least 1.
  public let width: Int
  /// The texts, `count * width` bytes.
  public let bytes: [UInt8]

  /// Packs texts, which it goes through twice; zeros at the end of a text are lost.
  public init(_ texts: some Collection<String>) {
    if let packed = texts as? PackedStrings {
      self = packed
      return
    }
    var (count, width) = (0, 1)
    for text in texts {
      count += 1
      width = Swift.max(width, text.utf8.count)
    }
    self.init(count: count, width: width) { buffer in
      for (row, text) in texts.enumerated() {
        var text = text
        text.withUTF8 { UnsafeMutableRawBufferPointer(rebasing: buffer[(row * width)...]).copyMemory(from: .init($0)) }
      }
    }
  }

  /// One list after the other.
  public init(joining parts: [PackedStrings]) {
    let width = parts.reduce(1) { Swift.max($0, $1.width) }
    self.init(count: parts.reduce(0) { $0 + $1.count }, width: width) { buffer in
      var row = 0
      for part in parts {
        part.bytes.withUnsafeBytes { bytes in
          for own in 0..<part.count {
            UnsafeMutableRawBufferPointer(rebasing: buffer[(row * width)...])
              .copyMemory(from: .init(rebasing: bytes[own * part.width..<(own + 1) * part.width]))
            row += 1
          }
        }
      }
    }
  }

  /// Packs the texts listed.
  public init(arrayLiteral texts: String...) { self.init(texts) }

  /// Texts of `width` bytes each, which `fill` writes over zeros.
  public init<Failure: Error>(
    count: Int, width: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count >= 0 && width > 0, "there are no texts of \(width) bytes")
    var bytes = [UInt8](repeating: 0, count: count * width)
    var failure: Failure?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(Failure) { try fill(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    self.count = count
    self.width = width
    self.bytes = bytes
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// ``count``.
  public var endIndex: Int { count }

  /// One text, without the zeros at its end.
  public subscript(row: Int) -> String { String(decoding: self.text(row), as: UTF8.self) }

  /// Whether the texts are the same, however wide they are packed.
  public static func == (one: PackedStrings, other: PackedStrings) -> Bool {
    guard one.count == other.count else { return false }
    if one.width == other.width { return one.bytes == other.bytes }
    return (0..<one.count).allSatisfy { one.text($0).elementsEqual(other.text($0)) }
  }

  /// Hashes the texts.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for row in 0..<count {
      let text = text(row)
      hasher.combine(text.count)
      for byte in text { hasher.combine(byte) }
    }
  }

  private func text(_ row: Int) -> ArraySlice<UInt8> {
    precondition((0..<count).contains(row), "text \(row) of \(count)")
    var end = (row + 1) * width
    while end > row * width, bytes[end - 1] == 0 { end -= 1 }
    return bytes[row * width..<end]
  }
}
