import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

/// Files of the kinds that trouble decoders, against Pillow's `convert("RGB")`, which torchvision reads with.
struct DecodingTests {
  private func decode(_ name: String, _ decoding: Decoding = Decoding()) throws -> Image {
    try Image(contentsOf: Fixture.url("decoding/\(name)"), decoding: decoding)
  }

  /// The largest difference of an image from a golden one; as large as can be for another shape.
  private func difference(_ image: Image, _ golden: String) throws -> Int {
    let expected = try Fixture.array("decoding/\(golden)")
    guard [image.shape.height, image.shape.width, 3] == expected.shape, case .uint8(let pixels) = image.pixels else {
      return .max
    }
    return zip(pixels, try expected.values(as: UInt8.self)).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }

  @Test(arguments: 2...8)
  func orientationIsIgnoredUnlessAskedFor(_ orientation: Int) throws {
    let name = "turned_\(orientation)"
    #expect(try difference(try decode("\(name).jpg"), "stored") == 0)
    #expect(try difference(try decode("\(name).jpg", Decoding(honorsOrientation: true)), name) == 0)
    let stored = try Fixture.array("decoding/stored"), turned = try Fixture.array("decoding/\(name)")
    #expect(stored.bytes != turned.bytes, "the two differ, or this would show nothing")
  }

  /// WebP's EXIF stands behind its pixels; TIFF is turned in any case, as by Pillow.
  @Test func otherFormatsAreTurnedToo() throws {
    let upright = Decoding(honorsOrientation: true)
    #expect(try difference(try decode("turned_6.webp"), "stored") == 0)
    #expect(try difference(try decode("turned_6.webp", upright), "turned_6") <= 1)
    for decoding in [Decoding(), upright] {
      #expect(try difference(try decode("turned_6.tif", decoding), "turned_6") <= 1)
    }
    for name in ["turned_6.webp", "turned_6.tif", "turned_6.jpg"] {
      let header = try #require(ImageHeader(try Data(contentsOf: Fixture.url("decoding/\(name)"))), "\(name)")
      for decoding in [Decoding(), upright] {
        let shape = try decode(name, decoding).shape
        #expect(header.size(decoding) == ImageSize(height: shape.height, width: shape.width), "\(name)")
      }
      #expect(header.isLeftTurned(Decoding()) == !name.hasSuffix("tif") && !header.isLeftTurned(upright))
    }
  }

  @Test func uprightImagesAreTheSameEitherWay() throws {
    #expect(try decode("upright.jpg") == decode("upright.jpg", Decoding(honorsOrientation: true)))
  }

  @Test(arguments: ["grey.jpg", "grey_alpha.png", "palette.png", "one_bit.png", "rgba.png", "cmyk.jpg"])
  func becomesRGBAsWithPillow(_ name: String) throws {
    let golden = String(name.prefix { $0 != "." })
    #expect(try difference(try decode(name), golden) == 0)
  }

  @Test(arguments: ["grey16.png", "rgb16.png"])
  func sixteenBitsAreRefused(_ name: String) throws {
    do {
      _ = try decode(name)
      Issue.record("\(name) was read")
    } catch let error as MVError {
      #expect(error.kind == .badData && error.subject.hasSuffix(name))
      #expect(error.problem == "has 16 bits a channel" && error.remedy.contains("8 bits"))
    }
  }
}
