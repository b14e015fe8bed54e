import Foundation
import MVCore
import MVRepresentations
import TestSupport
import Testing

@Suite struct HOGTests {
  /// A golden: its name, the images it is of, and the settings.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let images: String
    let hog: HOG
    var testDescription: String { name }

    init(_ name: String, _ images: String, _ hog: HOG = HOG()) {
      self.name = name
      self.images = images
      self.hog = hog
    }
  }

  static let cases = [
    Case("rgb32", "images/rgb32"), Case("rgb96", "images/rgb96"), Case("rgb224", "images/rgb224"),
    Case("uneven", "images/rgb45x37"), Case("l1", "images/rgb45x37", HOG(norm: .l1)),
    Case("l1-sqrt", "images/rgb45x37", HOG(norm: .l1SquareRoot)), Case("l2", "images/rgb45x37", HOG(norm: .l2)),
    Case("sqrt", "images/rgb45x37", HOG(squareRoot: true)),
    Case("odd-cells", "images/rgb45x37", HOG(orientations: 12, cellSize: 5, blockSize: 3)),
    Case("one", "images/rgb32", HOG(orientations: 1, cellSize: 32, blockSize: 1, norm: .l1)),
    Case("many", "images/rgb32", HOG(orientations: 36, cellSize: 16, blockSize: 1, norm: .l2)),
    Case("ties-4", "hog/few_levels-images", HOG(orientations: 4)),
    Case("ties-8", "hog/few_levels-images", HOG(orientations: 8, norm: .l2)),
    Case("ties-9", "hog/few_levels-images", HOG(cellSize: 6, norm: .l1SquareRoot)),
    Case("ties-28", "hog/few_levels-images", HOG(orientations: 28, cellSize: 12, blockSize: 1, norm: .l1)),
    Case("unit", "hog/unit-images"), Case("unit-8", "hog/unit-images", HOG(orientations: 8, norm: .l1SquareRoot)),
    Case("unit-sqrt", "hog/unit-images", HOG(squareRoot: true)), Case("noise", "hog/noise-images"),
    Case("noise-12", "hog/noise-images", HOG(orientations: 12, cellSize: 7, blockSize: 3, norm: .l1)),
  ]

  @Test(arguments: cases) func agreesWithScikitImage(_ golden: Case) throws {
    let difference = largestDifference(
      try rows(of: golden.hog, try Fixture.images(golden.images)), try Fixture.floats("hog/\(golden.name)"))
    #expect(difference <= 1e-5)
  }

  @Test func agreesWithScikitImageOnCellsOfOnePixel() throws {
    let image = try Fixture.images("images/rgb32")[0]
    let features = try HOG(orientations: 4, cellSize: 1).features(of: image)
    #expect(features.layout.shape == [31, 31, 2, 2, 4])
    #expect(largestDifference(features.values, try Fixture.floats("hog/pixel-cells")) <= 1e-5)
  }

  @Test func rampVotesForItsDirection() throws {
    // Brightness grows to the right: every inner gradient is (2, 0), bin 0; with `signed`, reversed, it is bin n / 2.
    func ramp(_ sign: Int) -> Image {
      let values = (0..<256).map { UInt8(128 + sign * ($0 % 16)) }
      return Image(shape: ImageShape(height: 16, width: 16, channels: 1), pixels: .uint8(values))
    }
    let hog = HOG(orientations: 6, cellSize: 16, blockSize: 1, norm: .l2)
    #expect(largestDifference(try hog.features(of: ramp(1)).values, [1, 0, 0, 0, 0, 0]) < 1e-6)
    #expect(largestDifference(try hog.features(of: ramp(-1)).values, [1, 0, 0, 0, 0, 0]) < 1e-6)
    var signed = hog
    signed.signed = true
    #expect(largestDifference(try signed.features(of: ramp(1)).values, [1, 0, 0, 0, 0, 0]) < 1e-6)
    #expect(largestDifference(try signed.features(of: ramp(-1)).values, [0, 0, 0, 1, 0, 0]) < 1e-6)
  }

  @Test(arguments: [4, 10, 18]) func signedHalvesSumToUnsigned(orientations: Int) throws {
    let images = try Fixture.images("images/rgb45x37")
    let unsigned = HOG(orientations: orientations / 2, blockSize: 1, norm: .l1)
    let signed = HOG(orientations: orientations, blockSize: 1, norm: .l1, signed: true)
    let whole = try rows(of: unsigned, images)
    let halves = try rows(of: signed, images)
    let half = orientations / 2
    let summed = whole.indices.map { index in
      let start = index / half * orientations + index % half
      return halves[start] + halves[start + half]
    }
    #expect(largestDifference(summed, whole) <= 1e-6)
  }

  @Test func signedTurnsWithTheGradient() throws {
    // Turning an image by 180 degrees reverses every gradient: bins move by half a circle, and cells change places.
    let image = try Fixture.images("images/rgb32")[2]
    guard case .uint8(let values) = image.pixels else { return }
    let turned = (0..<1024).reversed().flatMap { values[$0 * 3..<$0 * 3 + 3] }
    let hog = HOG(orientations: 7 * 2, blockSize: 1, norm: .l2, signed: true)
    let before = try hog.features(of: image).values
    let after = try hog.features(of: Image(shape: image.shape, pixels: .uint8(turned))).values
    let expected = before.indices.map { index in
      let (cell, bin) = index.quotientAndRemainder(dividingBy: 14)
      return before[(15 - cell) * 14 + (bin + 7) % 14]
    }
    #expect(largestDifference(after, expected) <= 1e-6)
  }

  @Test func flatImageIsZero() throws {
    let image = Image(
      shape: ImageShape(height: 20, width: 24, channels: 3), pixels: .uint8(Array(repeating: 77, count: 1440)))
    for norm in HOG.Norm.allCases {
      #expect(try HOG(norm: norm).features(of: image).values.allSatisfy { $0 == 0 })
    }
  }

  @Test func refusesNegativePixelsUnderTheRoot() throws {
    var values = [Float](repeating: 0.5, count: 256)
    values[37] = -0.25
    let image = Image(shape: ImageShape(height: 16, width: 16, channels: 1), pixels: .float32(values))
    #expect(throws: Never.self) { try HOG().features(of: image) }
    let error = #expect(throws: MVError.self) { try HOG(squareRoot: true).features(of: image) }
    #expect(error?.description.contains("sqrt") == true)
    #expect(error?.description.contains("row 2, column 5") == true)
  }

  @Test func saysWhatImagesABlockNeeds() {
    let shape = ImageShape(height: 15, width: 40, channels: 3)
    let error = #expect(throws: MVError.self) { try HOG().layout(for: shape) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("cell_size=8") == true)
    #expect(error?.description.contains("16x16") == true)
  }
}
