import CCodecs
import CGuarded
import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVImaging

/// Files of every format, mode and compression, against Pillow's `convert("RGB")`, to the byte.
struct CodecTests {
  /// A file of `Fixtures/codecs`: what Pillow made of it, or how it refused it.
  struct Case: Decodable {
    let refused: String?
    let mode: String?
    let height: Int?
    let width: Int?
    let turned: Bool?
  }

  static let cases: [String: Case] = {
    let url = Fixture.url("codecs/cases.json")
    return (try? JSONDecoder().decode([String: Case].self, from: Data(contentsOf: url))) ?? [:]
  }()
  static let readable = cases.filter { $0.value.refused == nil }.keys.sorted()
  static let refused = cases.filter { $0.value.refused != nil }.keys.sorted()

  /// Decodes through the shim itself, which knows more options than `Decoding`.
  private func decode(
    _ bytes: Data, denominator: Int32 = 1, region: MVCodecRegion? = nil, _ set: (inout MVCodecOptions) -> Void
  ) throws -> (shape: MVCodecShape, pixels: [UInt8]) {
    var options = MVCodecOptions()
    options.sixteen = MVCodecPillowSixteen
    set(&options)
    return try bytes.withUnsafeBytes { raw in
      var handle: OpaquePointer?
      var problem = MVCodecNoProblem
      let start = raw.baseAddress?.assumingMemoryBound(to: UInt8.self)
      try #require(mv_codec_open(start, raw.count, &options, &handle, &problem) == GuardedOK)
      let image = try #require(handle)
      defer { mv_codec_free(image) }
      var shape = MVCodecShape()
      mv_codec_shape(image, denominator, &shape)
      if let region { (shape.height, shape.width) = (region.height, region.width) }
      var pixels = [UInt8](repeating: 0, count: Int(shape.height) * Int(shape.width) * Int(shape.channels))
      let status =
        if var region { mv_codec_read(image, denominator, &region, &pixels, &problem) } else {
          mv_codec_read(image, denominator, nil, &pixels, &problem)
        }
      try #require(status == GuardedOK)
      return (shape, pixels)
    }
  }

  @Test func theGoldensAreThere() {
    #expect(Self.readable.count > 150 && Self.refused.count >= 10)
  }

  @Test(arguments: readable) func everyFormatIsReadAsPillowReadsIt(_ name: String) throws {
    let bytes = try Data(contentsOf: Fixture.url("codecs/\(name)"))
    let golden = try Fixture.array("codecs/\(name)")
    let (shape, pixels) = try decode(bytes) { _ in }
    #expect([Int(shape.height), Int(shape.width), Int(shape.channels)] == golden.shape)
    #expect(pixels == (try golden.values(as: UInt8.self)))
    let upright = try Self.cases[name]?.turned == true ? Fixture.array("codecs/\(name).upright") : golden
    let turned = try decode(bytes) { $0.honors_orientation = 1 }
    #expect([Int(turned.shape.height), Int(turned.shape.width), 3] == upright.shape)
    #expect(turned.pixels == (try upright.values(as: UInt8.self)))
    // A part of it is the same part of the whole.
    let part = MVCodecRegion(x: 2, y: 3, width: turned.shape.width - 5, height: turned.shape.height - 4)
    let cut = try decode(bytes, region: part) { $0.honors_orientation = 1 }
    var expected: [UInt8] = []
    for y in 3..<3 + Int(part.height) {
      let start = 3 * (y * Int(turned.shape.width) + 2)
      expected += turned.pixels[start..<start + 3 * Int(part.width)]
    }
    #expect(cut.pixels == expected)
  }

  @Test(arguments: refused) func whatPillowRefusesIsRefused(_ name: String) throws {
    let error = #expect(throws: MVError.self) { try Image(contentsOf: Fixture.url("codecs/\(name)")) }
    #expect(error?.kind == .badData && error?.subject.hasSuffix(name) == true)
    #expect(error?.problem.isEmpty == false && error?.remedy.isEmpty == false)
  }

  @Test(arguments: readable) func headersSayTheDecodedSize(_ name: String) throws {
    let bytes = try Data(contentsOf: Fixture.url("codecs/\(name)"))
    let header = try #require(ImageHeader(bytes))
    for honors in [false, true] {
      let decoding = Decoding(honorsOrientation: honors)
      let size = try #require(header.size(decoding))
      let (shape, _) = try decode(bytes) { $0.honors_orientation = honors ? 1 : 0 }
      #expect(size == ImageSize(height: Int(shape.height), width: Int(shape.width)))
    }
  }

  @Test func formatsThatAreNotReadAreNamed() throws {
    for (start, name) in [
      ("\0\0\0\u{1C}ftypavif\0\0\0\0avifmif1", "AVIF"), ("\0\0\0\u{18}ftypheic\0\0\0\0mif1heic", "HEIC"),
      ("<!DOCTYPE html><html></html>", "web page"), ("8BPS\0\u{1}", "Photoshop"),
    ] {
      let error = #expect(throws: MVError.self) { try Image(decoding: Data(start.utf8), name: "memory") }
      #expect(error?.kind == .badData && error?.problem.contains(name) == true)
    }
  }

  @Test func morePixelsThanTheLimitAreRefusedBeforeTheyAreRead() throws {
    let bytes = try Data(contentsOf: Fixture.url("codecs/png_rgb8.png"))
    var options = MVCodecOptions()
    options.pixel_limit = 100
    var handle: OpaquePointer?
    var problem = MVCodecNoProblem
    let status = bytes.withUnsafeBytes {
      mv_codec_open($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, &options, &handle, &problem)
    }
    #expect(status == GuardedLibraryError && handle == nil && problem == MVCodecTooLarge)
    #expect(String(cString: guarded_last_message()) == "has 13 x 11 pixels, more than the limit of 100")
  }
}
