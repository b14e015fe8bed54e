/// Fixed-width, zero-padded UTF-8 strings, as HDF5 stores them; the cheapest form for millions of ids.
///
/// An array of `String` takes 16 bytes per string, and some 50 more on the heap for one longer than 15 bytes. Here
/// every string takes as many bytes as the longest.
public struct PackedStrings: RandomAccessCollection, Hashable, Sendable, ExpressibleByArrayLiteral {
  /// The number of strings.
  public let count: Int
  /// Bytes per string, at least 1.
  public let width: Int
  /// All strings one after the other: `count * width` bytes.
  public let bytes: [UInt8]

  /// Packs `texts`, iterating it twice; trailing NULs are lost.
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

  /// The text that would make packing `texts`, which come from outside, take memory out of proportion; nil mostly.
  ///
  /// Packed, each takes as much as the longest: that may be a multiple of what they have themselves, once it is much.
  package static func excess(in texts: [String]) -> (row: Int, bytes: Int)? {
    let lengths = texts.lazy.map(\.utf8.count)
    guard let longest = lengths.enumerated().max(by: { $0.element < $1.element }) else { return nil }
    let own = lengths.reduce(0, +)
    guard let packed = Checked.product(texts.count, longest.element), longest.element <= 1 << 20,
      packed <= 1 << 26 || packed / 64 <= own
    else { return (longest.offset, longest.element) }
    return nil
  }

  /// Joins lists, one after the other; each string gets the width of the widest list.
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

  /// Packs the strings of an array literal.
  public init(arrayLiteral texts: String...) { self.init(texts) }

  /// Creates `count` strings of `width` bytes each, written by `fill` into `count * width` bytes that are zero before.
  ///
  /// Throws what `fill` throws.
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

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The same as ``count``.
  public var endIndex: Int { count }

  /// The string at position `row`, without trailing NULs.
  public subscript(row: Int) -> String { String(decoding: self.text(row), as: UTF8.self) }

  /// Whether the strings are the same; their widths may differ.
  public static func == (one: PackedStrings, other: PackedStrings) -> Bool {
    guard one.count == other.count else { return false }
    if one.width == other.width { return one.bytes == other.bytes }
    return (0..<one.count).allSatisfy { one.text($0).elementsEqual(other.text($0)) }
  }

  /// Hashes the strings, not their width.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for row in 0..<count {
      let text = text(row)
      hasher.combine(text.count)
      for byte in text { hasher.combine(byte) }
    }
  }

  /// The positions of all strings, by their bytes; of equal ones the first.
  package var places: [ExactText: Int] {
    Dictionary(zip(lazy.map { ExactText($0) }, 0...)) { first, _ in first }
  }

  /// Whether the string at `row` has the bytes of another list's at `place`.
  package func matches(_ other: PackedStrings, at row: Int, _ place: Int) -> Bool {
    text(row).elementsEqual(other.text(place))
  }

  private func text(_ row: Int) -> ArraySlice<UInt8> {
    precondition((0..<count).contains(row), "text \(row) of \(count)")
    var end = (row + 1) * width
    while end > row * width, bytes[end - 1] == 0 { end -= 1 }
    return bytes[row * width..<end]
  }
}
