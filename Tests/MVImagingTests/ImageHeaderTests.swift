import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVImaging

@Suite struct ImageHeaderTests {
  /// A JPEG of 6 x 9 pixels up to its frame header, with an EXIF block of that orientation before it.
  static func jpeg(orientation: Int, big: Bool = false) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) }
      return big ? bytes.reversed() : bytes
    }
    let entry = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + [0, 0]
    let tiff: [UInt8] =
      Array((big ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(1, 2) + entry + number(0, 4)
    let block = Array("Exif".utf8) + [0, 0] + tiff
    return [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(block.count + 2)] + block
      + [0xFF, 0xC2, 0, 11, 8, 0, 6, 0, 9, 1, 1, 0x11, 0]
  }

  @Test(arguments: [false, true]) func jpegSaysSizeAndOrientation(big: Bool) throws {
    let header = try #require(ImageHeader(Data(Self.jpeg(orientation: 6, big: big))))
    #expect(header.size == ImageSize(height: 6, width: 9) && header.orientation == 6)
    #expect(header.size(Decoding()) == header.size && header.isLeftTurned(Decoding()))
    let upright = Decoding(honorsOrientation: true)
    #expect(header.size(upright) == ImageSize(height: 9, width: 6) && !header.isLeftTurned(upright))
  }

  /// Each form as its own description has it, with 3 rows of 5 pixels.
  @Test(
    arguments: [
      ("P6 # a comment\n5\n3 255\n", []),
      ("BM", [UInt8](repeating: 0, count: 12) + [40, 0, 0, 0, 5, 0, 0, 0, 253, 255, 255, 255]),
      ("RIFF....WEBPVP8X", [0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 2, 0, 0]),
      ("RIFF....WEBPVP8L", [0, 0, 0, 0, 0x2F, 0x04, 0x80, 0x00, 0x00]),
      ("RIFF....WEBPVP8 ", [0, 0, 0, 0, 0, 0, 0, 0x9D, 0x01, 0x2A, 5, 0, 3, 0]),
      ("II*\0", [8, 0, 0, 0, 2, 0, 0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0, 1, 1, 4, 0, 1, 0, 0, 0, 3, 0, 0, 0]),
    ] as [(String, [UInt8])]) func everyFormat(start: String, rest: [UInt8])
  {
    let bytes = Array(start.utf8) + rest
    #expect(ImageHeader(Data(bytes))?.size == ImageSize(height: 3, width: 5), "\(start)")
    // Cut anywhere, a header says the same or nothing, and never ends the process.
    for count in 0..<bytes.count {
      let cut = ImageHeader(Data(bytes.prefix(count)))
      #expect(cut == nil || cut?.size == ImageSize(height: 3, width: 5))
    }
  }

  @Test func writtenFilesSayTheirShape() throws {
    let image = Image(
      shape: ImageShape(height: 7, width: 11, channels: 3), pixels: .uint8([UInt8](repeating: 9, count: 231)))
    let header = try #require(ImageHeader(try image.pngData()))
    #expect(header.size == ImageSize(height: 7, width: 11) && header.orientation == 1)
  }

  /// A WebP file of 3 rows of 5 pixels, whose EXIF stands behind its pixels, which are not there.
  private static func webP(orientation: Int, mark: Bool) -> [UInt8] {
    let block = Array(Self.jpeg(orientation: orientation).dropFirst(6).prefix(32).dropFirst(mark ? 0 : 6))
    let chunks: [UInt8] =
      Array("VP8X".utf8) + [10, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 2, 0, 0] + Array("VP8L".utf8) + [3, 0, 0, 0, 1, 2, 3, 0]
      + Array("EXIF".utf8) + [UInt8(block.count), 0, 0, 0] + block
    return Array("RIFF".utf8) + [UInt8(chunks.count + 4), 0, 0, 0] + Array("WEBP".utf8) + chunks
  }

  @Test(arguments: [true, false]) func webPSaysItsOrientationLast(mark: Bool) throws {
    let bytes = Self.webP(orientation: 6, mark: mark)
    let header = try #require(ImageHeader(Data(bytes)))
    #expect(header.orientation == 6 && header.isLeftTurned(Decoding()))
    #expect(header.size(Decoding()) == ImageSize(height: 3, width: 5))
    #expect(header.size(Decoding(honorsOrientation: true)) == ImageSize(height: 5, width: 3))
    // Cut anywhere, it is not known.
    for count in 30..<bytes.count {
      let cut = ImageHeader(Data(bytes.prefix(count)))
      #expect(cut?.orientation == nil && cut?.size(Decoding(honorsOrientation: true)) == nil)
      #expect(cut?.isLeftTurned(Decoding()) == false)
    }
  }

  /// Decoders turn TIFF in any case, as Pillow does.
  @Test func tiffIsAlwaysTurned() throws {
    let entries: [UInt8] =
      [0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0, 1, 1, 4, 0, 1, 0, 0, 0, 3, 0, 0, 0]
      + [0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
    let header = try #require(ImageHeader(Data(Array("II*\0".utf8) + [8, 0, 0, 0, 3, 0] + entries)))
    for decoding in [Decoding(), Decoding(honorsOrientation: true)] {
      #expect(header.size(decoding) == ImageSize(height: 5, width: 3) && !header.isLeftTurned(decoding))
    }
  }

  @Test func realImages() throws {
    guard let folder = RealData.url("imagenet-sample") else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".JPEG") {
      let bytes = try Data(contentsOf: folder.appending(path: name))
      let image = try? Image(decoding: bytes, name: name)
      guard let image else { continue }
      let header = ImageHeader(bytes)
      #expect(header?.size == ImageSize(height: image.shape.height, width: image.shape.width), "\(name)")
    }
  }
}
