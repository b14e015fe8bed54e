import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

struct ResizingTests {
  private func golden(_ name: String) throws -> [UInt8] { try Fixture.array("resize/\(name)").values(as: UInt8.self) }

  private func bytes(_ image: Image) -> [UInt8] {
    if case .uint8(let values) = image.pixels { values } else { [] }
  }

  private func largestStep(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard left.count == right.count else { return .max }
    return zip(left, right).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }

  @Test(arguments: ["rgb45x37", "rgb96"], Resampling.allCases)
  func equalsPillow(_ name: String, _ kernel: Resampling) throws {
    let image = try Fixture.images("images/\(name)")[0]
    for (height, width) in [(32, 32), (64, 50), (17, 90), (31, 30), (60, 72)] {
      let resized = try image.resized(to: ImageSize(height: height, width: width), kernel)
      let expected = try golden("\(name)_\(height)x\(width)_\(kernel.rawValue)")
      #expect(largestStep(bytes(resized), expected) == 0, "\(name) to \(height)x\(width) \(kernel)")
    }
  }

  @Test func boxEqualsPillow() throws {
    let image = try Fixture.images("images/rgb96")[0]
    let part = try image.resampled(x: 10.25..<70, y: 5.5..<61.75, to: ImageSize(height: 30, width: 40))
    #expect(largestStep(bytes(part), try golden("rgb96_box")) == 0)
  }

  @Test(arguments: [("rgb45x37", 56, 48, 48), ("rgb96", 40, 35, 38), ("rgb45x37", 37, 32, 30)], Resampling.allCases)
  func framingEqualsTorchvision(_ image: (String, Int, Int, Int), _ kernel: Resampling) throws {
    let (name, side, height, width) = image
    let framing = Framing(ImageSize(height: height, width: width), resize: side, interpolation: kernel)
    let framed = try Fixture.images("images/\(name)")[0].framed(framing)
    #expect(bytes(framed) == (try golden("\(name)_framed\(side)_\(kernel.rawValue)")))
  }

  /// As Hugging Face's processors of ViT and DeiT scale images: Pillow's resize, whatever the proportions.
  @Test(arguments: Resampling.allCases) func stretchedFramingsKeepNoProportions(_ kernel: Resampling) throws {
    let image = try Fixture.images("images/rgb45x37")[0]
    let whole = try golden("rgb45x37_32x32_\(kernel.rawValue)")
    let framing = Framing(.square(32), interpolation: kernel, stretches: true)
    #expect(bytes(try image.framed(framing)) == whole)
    let cut = Framing(.square(24), resize: 32, interpolation: kernel, stretches: true)
    #expect(try image.framed(cut) == image.framed(framing).centerCropped(to: .square(24)))
    let said = "24x24 of 32 stretched" + (kernel == .bilinear ? "" : ", \(kernel.rawValue)")
    #expect(cut.description == said)
  }

  @Test func framingsThatCannotBeAreErrors() throws {
    let framing = Framing(.square(48), resize: 32)
    #expect(throws: MVError.self) { try framing.check() }
    #expect(throws: MVError.self) { try Fixture.images("images/rgb96")[0].framed(framing) }
    try Framing(.square(48), resize: 48).check()
    let wide = Framing(ImageSize(height: 20, width: 30))
    let image = try Fixture.images("images/rgb96")[0]
    #expect(try image.framed(wide) == image.covering(wide.size))
  }

  @Test func presetsAreThePublishedOnes() {
    #expect(Preprocessing.imagenet(224).framing.description == "224x224 of 256")
    #expect(Preprocessing(.dino, side: 224).framing.description == "224x224 of 256, bicubic")
    #expect(Preprocessing(.clip, side: 224).framing.description == "224x224 of 224, bicubic")
    #expect(Preprocessing.inception(224).framing.resize == 248)
    #expect(
      Preprocessing(.none, side: 32)
        == Preprocessing(framing: Framing(.square(32)), mean: [0, 0, 0], deviation: [1, 1, 1]))
  }

  @Test func sameSizeIsTheSameImage() throws {
    let image = try Fixture.images("images/rgb32")[0]
    #expect(try image.resized(to: ImageSize(height: 32, width: 32)) == image)
  }

  @Test func coveringKeepsTheProportionsAndTheCenter() throws {
    var pixels = [UInt8](repeating: 0, count: 20 * 60 * 3)
    for row in 0..<20 { for column in 20..<40 { pixels[(row * 60 + column) * 3] = 255 } }
    let image = Image(shape: ImageShape(height: 20, width: 60, channels: 3), pixels: .uint8(pixels))
    let square = try image.covering(ImageSize(height: 10, width: 10))
    #expect(square.shape == ImageShape(height: 10, width: 10, channels: 3))
    let reds = stride(from: 0, to: 300, by: 3).map { bytes(square)[$0] }
    #expect(reds.filter { $0 > 128 }.count >= 96, "the red middle third fills the crop")
  }

  @Test func coveringRoundsAsTorchvisionDoes() throws {
    // 55 x 9 / 33 is 15, though 9 / 33 rounded, times 55, is less.
    let pixels = (0..<33 * 55).map { UInt8(truncatingIfNeeded: $0 * 31 % 251) }
    let image = Image(shape: ImageShape(height: 33, width: 55, channels: 1), pixels: .uint8(pixels))
    let expected = try image.resized(to: ImageSize(height: 9, width: 15)).cropped(
      top: 0, left: 3, to: ImageSize(height: 9, width: 9))
    #expect(try image.covering(ImageSize(height: 9, width: 9)) == expected)
  }

  /// Scaled whole, such an image would take 150 GB, of which a square is kept.
  @Test func theMiddleOfAVeryLongImageIsTakenAlone() throws {
    let length = 1_000_000
    let pixels = (0..<length).map { UInt8($0 * 250 / length) }
    for shape in [
      ImageShape(height: length, width: 1, channels: 1), ImageShape(height: 1, width: length, channels: 1),
    ] {
      let image = try Image(shape: shape, pixels: .uint8(pixels)).framed(Framing(.square(224)))
      #expect(image.shape == ImageShape(height: 224, width: 224, channels: 1))
      #expect(bytes(image).allSatisfy { $0 == 124 || $0 == 125 })
    }
  }

  @Test func floatImagesAreRefused() throws {
    let image = Image(shape: ImageShape(height: 2, width: 2, channels: 1), pixels: .float32([0, 0, 0, 0]))
    #expect(throws: MVError.self) { try image.resized(to: ImageSize(height: 1, width: 1)) }
  }

  @Test func theRemedyOfATooSmallResizeHelps() throws {
    for size in [ImageSize(height: 20, width: 30), ImageSize(height: 30, width: 20)] {
      let error = #expect(throws: MVError.self) { try Framing(size, resize: 28).check() }
      #expect(error.map { "\($0)".hasSuffix("resize to 30 or more") } == true)
      try Framing(size, resize: 30).check()
    }
  }
}
