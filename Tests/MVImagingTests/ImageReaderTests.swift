import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

/// Views of one image: exact ones are those of the whole image, fast ones Pillow's by `draft`.
struct ImageReaderTests {
  private func reader(_ method: Decoding.Method, _ name: String = "decoding-options/photo.jpg") throws -> ImageReader {
    try ImageReader(Data(contentsOf: Fixture.url(name)), name: name, Decoding(method: method))
  }

  private func pixels(_ name: String) throws -> [UInt8] {
    try Fixture.array("decoding-options/\(name)").values(as: UInt8.self)
  }

  /// The places between pixels are rounded otherwise where only a part is scaled: by one level at most.
  private func difference(_ found: [UInt8], _ name: String) throws -> Int {
    let expected = try pixels(name)
    guard found.count == expected.count else { return .max }
    return zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }

  @Test func exactViewsAreThoseOfTheWholeImage() throws {
    let whole = try Image(contentsOf: Fixture.url("decoding-options/photo.jpg"))
    let reader = try reader(.exact)
    #expect(reader.size == ImageSize(height: 411, width: 523))
    for framing in [
      Framing(.square(64)), Framing(.square(64), resize: 73, interpolation: .bicubic),
      Framing(ImageSize(height: 30, width: 50), resize: 60, stretches: true),
    ] {
      #expect(try reader.framed(framing).image == whole.framed(framing), "\(framing)")
    }
    #expect(try reader.image(framed: nil).image == whole)
    for name in AugmentationPolicy.Name.allCases {
      let policy = AugmentationPolicy(name, size: .square(48))
      for seed in 0..<4 {
        var (one, other) = (SeededGenerator(seed: UInt64(seed), keys: 1), SeededGenerator(seed: UInt64(seed), keys: 1))
        let view = try policy.view(of: self.reader(.exact), using: &one)
        #expect(try view == policy.apply(to: RGBImage(whole), using: &other), "\(name) \(seed)")
        #expect(one.next() == other.next(), "the same draws")
      }
    }
  }

  @Test func fastFramesAreThoseOfPillowsDraft() throws {
    let reader = try reader(.fast)
    let quarter = try reader.framed(Framing(.square(64), resize: 73, interpolation: .bicubic))
    #expect(try difference(quarter.pixels, "framed_64") <= 1)
    let half = try reader.framed(Framing(.square(150), resize: 171, interpolation: .bicubic))
    #expect(try difference(half.pixels, "framed_150") <= 1)
    // Nothing smaller is large enough: the part that is cut out is that of the whole.
    for framing in [
      Framing(.square(300)), Framing(.square(224), resize: 256, interpolation: .bicubic),
      Framing(ImageSize(height: 211, width: 390)), Framing(.square(400), resize: 411),
      Framing(ImageSize(height: 100, width: 300), resize: 350, stretches: true),
    ] {
      let (fast, exact) = (try reader.framed(framing), try self.reader(.exact).framed(framing))
      #expect(zip(fast.pixels, exact.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(framing)")
      #expect(fast.pixels.count == exact.pixels.count)
    }
  }

  @Test func fastCropsDecodeTheirPartAlone() throws {
    let half = try reader(.fast).resized(
      PixelBox(top: 33, left: 101, height: 303, width: 320), to: ImageSize(height: 112, width: 96), .bilinear)
    #expect(try half.pixels == pixels("crop"))
    // At full size the part is that of the whole image, to the byte.
    let box = PixelBox(top: 200, left: 55, height: 90, width: 70)
    let part = try reader(.fast).resized(box, to: .square(64), .bicubic)
    #expect(try part == reader(.exact).resized(box, to: .square(64), .bicubic))
  }

  /// What was decoded before must not change what a view is.
  @Test func fastViewsDoNotDependOnEachOther() throws {
    let framing = Framing(.square(64), resize: 73)
    let box = PixelBox(top: 33, left: 101, height: 303, width: 320)
    let one = try reader(.fast), other = try reader(.fast)
    let framed = try one.framed(framing)
    let crop = try one.resized(box, to: .square(48), .bilinear)
    _ = try other.image()
    #expect(try other.resized(box, to: .square(48), .bilinear) == crop && other.framed(framing) == framed)
    for (framing, box) in [
      (Framing(.square(224), resize: 256), PixelBox(top: 200, left: 55, height: 90, width: 70)), (framing, box),
    ] {
      let single = try (reader(.fast).framed(framing), reader(.fast).resized(box, to: .square(64), .bicubic))
      let several = try reader(.fast)
      several.isForSeveralViews = true
      #expect(try several.framed(framing) == single.0 && several.resized(box, to: .square(64), .bicubic) == single.1)
    }
  }

  /// The parts of pixels at the end of a fraction stand elsewhere once an image is turned.
  @Test(arguments: 2...8) func turnedImagesAreWhereTheExactOnesAre(_ orientation: Int) throws {
    let bytes = try Data(contentsOf: Fixture.url("decoding/turned_\(orientation).jpg"))
    let views = try Decoding.Method.allCases.map { method in
      let decoding = Decoding(honorsOrientation: true, method: method)
      let reader = try ImageReader(bytes, name: "turned", decoding)
      return try reader.framed(Framing(.square(8))).pixels
        + reader.resized(PixelBox(top: 1, left: 2, height: 17, width: 18), to: .square(8), .bilinear).pixels
    }
    #expect(zip(views[0], views[1]).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  @Test func otherFormatsKnowNoFractions() throws {
    for name in ["decoding/rgba.png", "decoding/turned_6.webp"] {
      let framing = Framing(.square(8))
      #expect(try reader(.fast, name).framed(framing) == reader(.exact, name).framed(framing), "\(name)")
      let box = PixelBox(top: 1, left: 2, height: 18, width: 17)
      let (fast, exact) = (try reader(.fast, name), try reader(.exact, name))
      #expect(try fast.resized(box, to: .square(4), .bilinear) == exact.resized(box, to: .square(4), .bilinear))
    }
  }

  @Test func aCutOffFileIsAnErrorInAnyCase() throws {
    let bytes = try Data(contentsOf: Fixture.url("decoding-options/photo.jpg"))
    for method in Decoding.Method.allCases {
      let error = #expect(throws: MVError.self) {
        try ImageReader(bytes.prefix(9000), name: "cut.jpg", Decoding(method: method)).framed(Framing(.square(64)))
      }
      #expect(error?.subject == "cut.jpg" && error?.kind == .badData)
    }
  }

  @Test func transparencyAndSixteenBitsFollowTheOptions() throws {
    func decode(_ name: String, _ decoding: Decoding) throws -> Pixels {
      try Image(contentsOf: Fixture.url("decoding/\(name)"), decoding: decoding).pixels
    }
    #expect(try decode("rgba.png", Decoding(alpha: .white)) == .uint8(pixels("white")))
    #expect(try decode("rgba.png", Decoding(alpha: .black)) == .uint8(pixels("black")))
    #expect(try decode("rgb16.png", Decoding(sixteenBits: .round)) == .uint8(pixels("round")))
    #expect(try decode("grey16.png", Decoding(sixteenBits: .pillow)) == .uint8(pixels("pillow")))
    let error = #expect(throws: MVError.self) { try decode("rgb16.png", Decoding()) }
    #expect(error?.remedy.contains("--sixteen-bits round") == true)
  }
}
