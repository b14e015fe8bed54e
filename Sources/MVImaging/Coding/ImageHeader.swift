package import Foundation
package import MVCore

/// What an image file says of itself before it is decoded: its size, and whether it stands upright.
package struct ImageHeader: Hashable, Sendable {
  /// The size of the pixels as they are stored.
  package let size: ImageSize
  /// The EXIF orientation, 1 to 8: 1 is upright, and from 5 on height and width change places; nil where not known.
  package let orientation: Int?
  private let format: Format

  /// The formats whose orientation counts, and what decoding does with it.
  private enum Format {
    /// Turned where that is asked for.
    case turnedIfAsked
    /// Turned in any case, as Pillow does.
    case alwaysTurned
    /// Turned by some versions of the decoder.
    case other
  }

  /// The bytes that are mostly enough: before the size in a JPEG stand a color profile and a thumbnail.
  package static let usualLength = 1 << 16

  /// Reads the first bytes of a JPEG, PNG, WebP, BMP, TIFF or PNM file; nil where they do not say the size.
  ///
  /// That may be since they are too few: the size in a TIFF file may stand anywhere.
  package init?(_ bytes: Data) {
    let header = bytes.withUnsafeBytes { HeaderBytes($0).read() }
    guard let header, header.height > 0, header.width > 0 else { return nil }
    size = ImageSize(height: header.height, width: header.width)
    orientation = header.orientation.map { (1...8).contains($0) ? $0 : 1 }
    format =
      switch [UInt8](bytes.prefix(2)) {
      case [0xFF, 0xD8], Array("RI".utf8): .turnedIfAsked
      case Array("II".utf8), Array("MM".utf8): .alwaysTurned
      default: .other
      }
  }

  /// The size that decoding gives; nil where that is not known.
  package func size(_ decoding: Decoding) -> ImageSize? {
    guard format == .alwaysTurned || decoding.honorsOrientation, orientation != 1 else { return size }
    guard format != .other, let orientation else { return nil }
    return orientation >= 5 ? ImageSize(height: size.width, width: size.height) : size
  }

  /// Whether decoding so leaves the image lying on its side or its head.
  package func isLeftTurned(_ decoding: Decoding) -> Bool {
    !decoding.honorsOrientation && format != .alwaysTurned && orientation.map { $0 != 1 } ?? false
  }
}

/// The bytes of a header, read as its format says.
private struct HeaderBytes {
  typealias Found = (height: Int, width: Int, orientation: Int?)

  private let raw: UnsafeRawBufferPointer

  init(_ raw: UnsafeRawBufferPointer) { self.raw = raw }

  func read() -> Found? {
    if begins([0xFF, 0xD8, 0xFF]) { return jpeg() }
    if begins([0x89, 0x50, 0x4E, 0x47]) { return png() }
    if begins("RIFF"), begins("WEBP", at: 8) { return webP() }
    if begins("BM") { return bitmap() }
    if begins("II*\0") || begins("MM\0*") { return tiff() }
    return raw.count > 2 && raw[0] == 0x50 && (0x31...0x36).contains(raw[1]) ? pnm() : nil
  }

  private func begins(_ mark: [UInt8], at place: Int = 0) -> Bool {
    place >= 0 && place + mark.count <= raw.count && raw[place..<place + mark.count].elementsEqual(mark)
  }

  private func begins(_ mark: String, at place: Int = 0) -> Bool { begins(Array(mark.utf8), at: place) }

  /// A whole number of `count` bytes; nil beyond the end.
  private func number(_ place: Int, _ count: Int, big: Bool) -> Int? {
    guard place >= 0, place + count <= raw.count else { return nil }
    let bytes = raw[place..<place + count]
    return big ? bytes.reduce(0) { $0 << 8 | Int($1) } : bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The segments of ITU-T T.81 up to the frame header.
  private func jpeg() -> Found? {
    var place = 2
    var orientation = 1
    while let mark = number(place, 2, big: true) {
      let kind = mark & 0xFF
      guard mark >> 8 == 0xFF else { return nil }
      if kind == 0xFF {
        place += 1
        continue
      }
      if kind == 0x01 || (0xD0...0xD8).contains(kind) {
        place += 2
        continue
      }
      guard kind != 0xD9, kind != 0xDA, let length = number(place + 2, 2, big: true), length >= 2 else { return nil }
      if kind == 0xE1, begins(Array("Exif".utf8) + [0, 0], at: place + 4) {
        orientation = exif(at: place + 10, to: place + 2 + length) ?? orientation
      }
      // Frames are all of SOF0 to SOF15 but tables of Huffman codes and of arithmetic coding, and a reserved mark.
      if (0xC0...0xCF).contains(kind), ![0xC4, 0xC8, 0xCC].contains(kind) {
        guard let height = number(place + 5, 2, big: true), let width = number(place + 7, 2, big: true) else {
          return nil
        }
        return (height, width, orientation)
      }
      place += 2 + length
    }
    return nil
  }

  /// The chunks of a PNG up to its pixels; what comes behind them is not looked for.
  private func png() -> Found? {
    guard begins("IHDR", at: 12), let width = number(16, 4, big: true), let height = number(20, 4, big: true) else {
      return nil
    }
    var place = 8
    while let length = number(place, 4, big: true), !begins("IDAT", at: place + 4), !begins("IEND", at: place + 4) {
      if begins("eXIf", at: place + 4), let orientation = exif(at: place + 8, to: place + 8 + length) {
        return (height, width, orientation)
      }
      place += 12 + length
    }
    return (height, width, 1)
  }

  private func webP() -> Found? {
    if begins("VP8X", at: 12), let width = number(24, 3, big: false), let height = number(27, 3, big: false) {
      return (height + 1, width + 1, raw[20] & 0x08 == 0 ? 1 : webPOrientation())
    }
    if begins("VP8L", at: 12), let bits = number(21, 4, big: false) {
      return (((bits >> 14) & 0x3FFF) + 1, (bits & 0x3FFF) + 1, 1)
    }
    if begins("VP8 ", at: 12), let width = number(26, 2, big: false), let height = number(28, 2, big: false) {
      return (height & 0x3FFF, width & 0x3FFF, 1)
    }
    return nil
  }

  /// What the chunk of EXIF says, which stands behind the pixels; nil where the bytes end before it.
  private func webPOrientation() -> Int? {
    var place = 12
    while let length = number(place + 4, 4, big: false) {
      if begins("EXIF", at: place) {
        let end = place + 8 + length
        guard end <= raw.count else { return nil }
        // Some programs write the mark of a JPEG's block before it.
        return exif(at: place + (begins(Array("Exif".utf8) + [0, 0], at: place + 8) ? 14 : 8), to: end) ?? 1
      }
      place += 8 + length + length % 2
    }
    return number(4, 4, big: false).map { $0 + 8 <= raw.count } == true ? 1 : nil
  }

  private func bitmap() -> Found? {
    guard let length = number(14, 4, big: false) else { return nil }
    if length == 12, let width = number(18, 2, big: false), let height = number(20, 2, big: false) {
      return (height, width, 1)
    }
    guard length >= 40, let width = number(18, 4, big: false), let height = number(22, 4, big: false) else {
      return nil
    }
    // Rows may stand from the top, which a negative height says.
    return (abs(Int(Int32(truncatingIfNeeded: height))), width, 1)
  }

  /// Two numbers between blanks and comments.
  private func pnm() -> Found? {
    var place = 2
    var numbers: [Int] = []
    while numbers.count < 2, place < raw.count {
      if raw[place] == 0x23 {
        while place < raw.count, raw[place] != 0x0A { place += 1 }
      } else if (0x30...0x39).contains(raw[place]) {
        var value = 0
        while place < raw.count, (0x30...0x39).contains(raw[place]), value < 1 << 40 {
          value = value * 10 + Int(raw[place] - 0x30)
          place += 1
        }
        // The number may go on where the bytes end.
        guard place < raw.count else { return nil }
        numbers.append(value)
      } else {
        place += 1
      }
    }
    return numbers.count == 2 ? (numbers[1], numbers[0], 1) : nil
  }

  /// The first directory.
  private func tiff() -> Found? {
    let entries = directory(at: 0, to: raw.count)
    guard let height = entries[0x0101], let width = entries[0x0100] else { return nil }
    return (height, width, entries[0x0112] ?? 1)
  }

  /// The orientation in the first directory of an EXIF block, which is a TIFF file of its own.
  private func exif(at start: Int, to end: Int) -> Int? { directory(at: start, to: end)[0x0112] }

  /// The first whole number of each entry in the first directory of a TIFF file between two places, by its tag.
  private func directory(at start: Int, to end: Int) -> [Int: Int] {
    let big = begins("MM", at: start)
    guard big || begins("II", at: start), let offset = number(start + 4, 4, big: big),
      let count = number(start + offset, 2, big: big)
    else { return [:] }
    var entries: [Int: Int] = [:]
    for entry in 0..<count {
      let place = start + offset + 2 + 12 * entry
      guard place + 12 <= end, let tag = number(place, 2, big: big), let type = number(place + 2, 2, big: big) else {
        break
      }
      if type == 3 || type == 4 { entries[tag] = number(place + 8, type == 3 ? 2 : 4, big: big) }
    }
    return entries
  }
}
