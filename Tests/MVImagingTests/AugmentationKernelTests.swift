import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVImaging

@Suite struct AugmentationKernelTests {
  static func image(_ name: String) throws -> RGBImage {
    name == "square"
      ? try RGBImage(Fixture.images("images/rgb32")[1]) : try RGBImage(Fixture.images("images/rgb45x37")[0])
  }

  /// The largest difference from a golden, in gray levels.
  func difference(_ image: RGBImage, _ name: String) throws -> Int {
    let array = try Fixture.array("augmentation/\(name)")
    guard array.shape == [image.height, image.width, 3] else { return .max }
    return zip(image.pixels, try array.values(as: UInt8.self)).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  @Test(arguments: ["square", "tall"], [0.2, 0.7, 1.3, 1.8]) func colorsAreThoseOfPillow(
    _ name: String, _ factor: Double
  ) throws {
    let image = try Self.image(name)
    let label = "\(name)_\(Int(factor * 10))"
    #expect(try difference(image.adjustingBrightness(by: factor), "brightness_\(label)") == 0)
    #expect(try difference(image.adjustingContrast(by: factor), "contrast_\(label)") == 0)
    #expect(try difference(image.adjustingSaturation(by: factor), "saturation_\(label)") == 0)
  }

  @Test(arguments: ["square", "tall"]) func huesGreysAndMirrorsAreThoseOfPillow(_ name: String) throws {
    let image = try Self.image(name)
    for turn in [-0.2, -0.07, 0.11, 0.5] {
      let off = try difference(image.adjustingHue(by: turn), "hue_\(name)_\(Int(turn * 100))")
      #expect(off == 0)
    }
    #expect(try difference(image.grayscale(), "gray_\(name)") == 0)
    #expect(try difference(image.flippedHorizontally(), "flip_\(name)") == 0)
    #expect(image.flippedHorizontally().flippedHorizontally() == image)
  }

  @Test(arguments: ["square", "tall"]) func blursAreThoseOfTorchvision(_ name: String) throws {
    for (kernel, deviation) in [(3, 0.1), (3, 0.9), (5, 2.0), (9, 1.4)] {
      let blurred = try Self.image(name).blurred(kernelSize: kernel, deviation: deviation)
      #expect(try difference(blurred, "blur_\(name)_\(kernel)_\(Int(deviation * 10))") <= 1)
    }
  }

  @Test(arguments: ["square", "tall"]) func boxedBlursAreThoseOfPillow(_ name: String) throws {
    for deviation in [0.1, 0.4, 0.9, 1.37, 2.0, 5.5] {
      var image = try Self.image(name)
      image.blurByBoxes(deviation: deviation)
      #expect(try difference(image, "boxed_\(name)_\(Int((deviation * 100).rounded()))") == 0, "\(deviation)")
    }
    // As far as the box reaches beyond both borders.
    var point = RGBImage(height: 1, width: 1, pixels: [9, 200, 31])
    point.blurByBoxes(deviation: 4)
    #expect(point.pixels == [9, 200, 31])
  }

  @Test(arguments: ["square", "tall"]) func solarizationIsThatOfTorchvision(_ name: String) throws {
    var generator = SeededGenerator(seed: 1)
    #expect(try difference(Solarization().apply(to: Self.image(name), using: &generator), "solarized_\(name)") == 0)
  }

  @Test(arguments: ["square", "tall"], Resampling.allCases) func sizesAreThoseOfPillow(
    _ name: String, _ filter: Resampling
  ) throws {
    let image = try Self.image(name)
    for (height, width) in [(20, 11), (32, 32), (50, 71), (7, 32)] {
      let resized = image.resized(to: ImageSize(height: height, width: width), filter: filter)
      #expect(try difference(resized, "resize_\(filter.rawValue)_\(name)_\(height)x\(width)") == 0)
    }
    let crop = image.cropped(top: 3, left: 5, height: 22, width: 17)
      .resized(to: ImageSize(height: 32, width: 32), filter: filter)
    #expect(try difference(crop, "crop_\(filter.rawValue)_\(name)") == 0)
  }

  @Test func cropsBeyondTheImageAreBlack() throws {
    let image = RGBImage(height: 1, width: 2, pixels: [1, 2, 3, 4, 5, 6])
    let crop = image.cropped(top: -1, left: -1, height: 3, width: 2)
    #expect(crop.pixels == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0])
    #expect(image.cropped(top: 5, left: 0, height: 1, width: 1).pixels == [0, 0, 0])
  }

  @Test func onlyColorBytesAreTaken() {
    let gray = Image(shape: ImageShape(height: 1, width: 1, channels: 1), pixels: .uint8([1]))
    #expect(throws: MVError.self) { try RGBImage(gray) }
    let floats = Image(shape: ImageShape(height: 1, width: 1, channels: 3), pixels: .float32([1, 0, 0]))
    #expect(throws: MVError.self) { try RGBImage(floats) }
  }
}
