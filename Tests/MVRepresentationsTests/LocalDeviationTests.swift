import MVCore
import MVRepresentations
import TestSupport
import Testing

@Suite struct LocalDeviationTests {
  static let cases: [(String, String, Int)] = [
    ("rgb32", "images/rgb32", 3), ("uneven", "images/rgb45x37", 3), ("five", "images/rgb45x37", 5),
    ("wide", "images/rgb32", 31), ("noise", "std/noise-images", 3),
  ]

  @Test(arguments: cases) func agreesWithKornia(_ name: String, _ images: String, _ window: Int) throws {
    let values = try rows(of: LocalDeviation(window: window), try Fixture.images(images))
    #expect(largestDifference(values, try Fixture.floats("std/\(name)")) <= 1e-6)
  }

  @Test func agreesWithKorniaInSinglePrecisionAwayFromItsNoise() throws {
    let values = try rows(of: LocalDeviation(), try Fixture.images("images/rgb32"))
    let single = try Fixture.floats("std/single")
    let clear = values.indices.filter { values[$0] > 0.02 }
    #expect(clear.count > values.count / 2)
    #expect(largestDifference(clear.map { values[$0] }, clear.map { single[$0] }) <= 1e-5)
    #expect(largestDifference(values, single) <= 5e-4)
  }

  @Test func flatIsTheRootOfWhatIsAdded() throws {
    for pixels in [Pixels.uint8(Array(repeating: 200, count: 90)), .float32(Array(repeating: 0.3, count: 90))] {
      let image = Image(shape: ImageShape(height: 6, width: 5, channels: 3), pixels: pixels)
      #expect(try LocalDeviation().features(of: image).values.allSatisfy { abs($0 - 1e-4) < 1e-9 })
    }
  }

  @Test func onePixelIsSeenByItsNeighbors() throws {
    // One white pixel of nine: mean 1/9, variance 1/9 - 1/81 = 8/81; mirrored at the corner it is one of nine as well.
    var bytes = [UInt8](repeating: 0, count: 49)
    bytes[3 * 7 + 3] = 255
    let image = Image(shape: ImageShape(height: 7, width: 7, channels: 1), pixels: .uint8(bytes))
    let expected = (0..<49).map { index -> Float in
      let near = abs(index / 7 - 3) <= 1 && abs(index % 7 - 3) <= 1
      return ((near ? 8.0 / 81 : 0) + 1e-8).squareRoot()
    }
    #expect(largestDifference(try LocalDeviation().features(of: image).values, expected) <= 1e-7)
  }

  @Test func bordersAreMirroredAroundTheOutermostPixels() throws {
    // A white second column: the first column's window holds it twice, that is six of nine.
    let bytes = (0..<25).map { UInt8($0 % 5 == 1 ? 255 : 0) }
    let image = Image(shape: ImageShape(height: 5, width: 5, channels: 1), pixels: .uint8(bytes))
    let row = try LocalDeviation().features(of: image).values.prefix(5)
    let root = (2.0 / 9 + 1e-8).squareRoot()
    let expected: [Float] = [Float(root), Float(root), Float(root), 1e-4, 1e-4]
    #expect(largestDifference(Array(row), expected) <= 1e-6)
  }

  static let impossible: [(Int, ImageShape)] = [
    (4, ImageShape(height: 40, width: 40, channels: 1)), (1, ImageShape(height: 40, width: 40, channels: 1)),
    (9, ImageShape(height: 40, width: 4, channels: 3)), (257, ImageShape(height: 400, width: 400, channels: 3)),
  ]

  @Test(arguments: impossible) func refusesImpossibleWindows(_ window: Int, _ shape: ImageShape) {
    let error = #expect(throws: MVError.self) { try LocalDeviation(window: window).layout(for: shape) }
    #expect(error?.kind == .usage)
    #expect(error?.subject == "setting window=\(window)")
    #expect(error?.remedy.isEmpty == false)
  }

  @Test func smallestImageOfAWindow() throws {
    let image = Image(shape: ImageShape(height: 5, width: 5, channels: 1), pixels: .uint8(Array(0..<25)))
    #expect(try LocalDeviation(window: 9).features(of: image).layout.shape == [1, 5, 5])
  }
}
