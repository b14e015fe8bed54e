import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVImaging

@Suite struct ImageHeaderTests {
  @Test func jpegSaysSizeAndOrientation() throws {
    let header = try #require(ImageHeader(Data(contentsOf: Fixture.url("decoding/turned_6.jpg"))))
    #expect(header.size == ImageSize(height: 21, width: 35) && header.orientation == 6)
    #expect(header.size(Decoding()) == header.size && header.isLeftTurned(Decoding()))
    let upright = Decoding(honorsOrientation: true)
    #expect(header.size(upright) == ImageSize(height: 35, width: 21) && !header.isLeftTurned(upright))
  }

  /// Cut anywhere, a header says the same or nothing, and never ends the process.
  @Test(arguments: CodecTests.readable) func cutHeadersSayTheSameOrNothing(_ name: String) throws {
    let bytes = try Data(contentsOf: Fixture.url("codecs/\(name)"))
    let whole = try #require(ImageHeader(bytes))
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let cut = ImageHeader(bytes.prefix(count))
      #expect(cut == nil || cut?.size == whole.size)
      #expect(cut?.orientation == nil || cut?.orientation == whole.orientation)
    }
  }

  @Test func tiffIsTurnedEitherWay() throws {
    let header = try #require(ImageHeader(Data(contentsOf: Fixture.url("codecs/tiff_orientation6.tif"))))
    #expect(header.size == ImageSize(height: 11, width: 13) && header.orientation == 6)
    #expect(header.size(Decoding()) == ImageSize(height: 13, width: 11) && !header.isLeftTurned(Decoding()))
  }

  @Test func writtenFilesSayTheirShape() throws {
    let image = Image(
      shape: ImageShape(height: 7, width: 11, channels: 3), pixels: .uint8([UInt8](repeating: 9, count: 231)))
    let header = try #require(ImageHeader(try image.pngData()))
    #expect(header.size == ImageSize(height: 7, width: 11) && header.orientation == 1)
  }

  @Test func whatStandsBehindTheHeaderIsNotKnown() throws {
    let bytes = try Data(contentsOf: Fixture.url("codecs/webp_exif6.webp"))
    #expect(ImageHeader(bytes)?.orientation == 6)
    let header = try #require(ImageHeader(bytes.prefix(bytes.count - 60)))
    #expect(header.orientation == nil && header.size(Decoding(honorsOrientation: true)) == nil)
    #expect(!header.isLeftTurned(Decoding()))
  }

  @Test func realImages() throws {
    guard let folder = RealData.url("imagenet-sample") else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".JPEG") {
      let bytes = try Data(contentsOf: folder.appending(path: name))
      let image = try? Image(decoding: bytes, name: name)
      guard let image else { continue }
      let header = ImageHeader(bytes.prefix(ImageHeader.usualLength))
      #expect(header?.size == ImageSize(height: image.shape.height, width: image.shape.width), "\(name)")
    }
  }
}
