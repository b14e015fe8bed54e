import Foundation
import MVCore
import MVRepresentations
import TestSupport
import Testing

@Suite struct HOGLayerTests {
  /// A golden: its name, the images it is of, and the settings.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let images: String
    let layer: HOGLayer
    var testDescription: String { name }

    init(_ name: String, _ images: String, _ orientations: Int = 24, _ cellSize: Int = 8) {
      self.name = name
      self.images = images
      layer = HOGLayer(
        orientations: orientations, cellSize: cellSize,
        variant: name.hasSuffix("-released") ? .released : .corrected)
    }
  }

  static let cases = [
    Case("rgb32", "images/rgb32"), Case("rgb32-released", "images/rgb32"), Case("rgb96", "images/rgb96"),
    Case("rgb96-released", "images/rgb96"), Case("uneven", "images/rgb45x37"),
    Case("uneven-released", "images/rgb45x37"), Case("odd-cells", "images/rgb45x37", 9, 5),
    Case("odd-cells-released", "images/rgb45x37", 10, 7), Case("one", "images/rgb32", 1, 32),
    Case("one-released", "images/rgb32", 1, 32), Case("pixel-cells", "hog-layer/steps-images", 6, 1),
    Case("steps", "hog-layer/steps-images"), Case("steps-released", "hog-layer/steps-images"),
    Case("steps-8-released", "hog-layer/steps-images", 8, 4), Case("dyadic", "hog-layer/dyadic-images"),
    Case("dyadic-released", "hog-layer/dyadic-images"),
  ]

  @Test(arguments: cases) func agreesWithPyTorch(_ golden: Case) throws {
    let values = try rows(of: golden.layer, try Fixture.images(golden.images))
    #expect(largestDifference(values, try Fixture.floats("hog-layer/\(golden.name)")) <= 1e-5)
  }

  /// Gray floats `(x, y) -> value`, 24 pixels squared, so that the middle cell of 8 pixels is away from the border.
  private func image(_ value: (Float, Float) -> Float) -> Image {
    let values = (0..<576).map { value(Float($0 % 24), Float($0 / 24)) }
    return Image(shape: ImageShape(height: 24, width: 24, channels: 1), pixels: .float32(values))
  }

  private func middleCell(_ layer: HOGLayer, _ image: Image) throws -> [Float] {
    let values = try layer.features(of: image).values
    return (0..<layer.orientations).map { values[$0 * 9 + 4] }
  }

  @Test func rampsVoteForTheirDirection() throws {
    // Along y the phase is 0; along x 90 degrees, bin 12 of 24; the gradient of a ramp of slope 1 is 8.
    for sign: Float in [1, -1] {
      let layer = HOGLayer()
      let diagonal = 8 * Float(2).squareRoot()
      let ramps: [(Image, Int, Float)] = [
        (image { _, y in sign * y }, 0, 8), (image { x, _ in sign * x }, 12, 8),
        (image { x, y in sign * (x + y) }, 6, diagonal), (image { x, y in sign * (x - y) }, 18, diagonal),
      ]
      for (ramp, bin, magnitude) in ramps {
        let votes = try middleCell(layer, ramp)
        #expect(votes.enumerated().allSatisfy { $0 == bin ? abs($1 - magnitude) <= 1e-5 : $1 == 0 })
      }
    }
  }

  @Test func votesAreSharedByDistance() throws {
    // Between two bins of 4: a quarter of the way from 90 to 135 degrees votes three to one for 90.
    let angle = Float.pi / 2 + Float.pi / 16
    let (dx, dy) = (sin(angle), cos(angle))
    let votes = try middleCell(HOGLayer(orientations: 4), image { x, y in dx * x + dy * y })
    #expect(largestDifference(votes, [0, 0, 6, 2]) <= 1e-4)
    // Just below 180 degrees the votes go to the last bin and round to the first.
    let last = try middleCell(HOGLayer(orientations: 4), image { x, y in sin(3.0) * x + cos(3.0) * y })
    let share = 3.0 / Float.pi * 4 - 3
    #expect(largestDifference(last, [8 * share, 0, 0, 8 * (1 - share)]) <= 1e-4)
  }

  @Test func releasedWritesTheRestIntoTheUpperBin() throws {
    // Flat regions, and gradients right on a bin, vote 1; others m for the lower bin and 1 - m for the upper.
    let layer = HOGLayer(orientations: 4, variant: .released)
    #expect(try middleCell(layer, image { _, _ in 3 }) == [1, 0, 0, 0])
    #expect(try middleCell(layer, image { x, y in x + y }) == [0, 1, 0, 0])
    let between = try middleCell(layer, image { x, y in x + y / 2 })
    let magnitude = 8 * Float(1.25).squareRoot()
    #expect(largestDifference(between, [0, magnitude, 1 - magnitude, 0]) <= 1e-5)
  }

  @Test func flatImageVotesAtItsBorderOnly() throws {
    // Beyond the border there is 0: that is an edge.
    let flat = image { _, _ in 0.5 }
    #expect(try middleCell(HOGLayer(), flat) == Array(repeating: 0, count: 24))
    #expect(try HOGLayer().features(of: flat).values.max() ?? 0 > 0)
    #expect(try HOGLayer().features(of: image { _, _ in 0 }).values.allSatisfy { $0 == 0 })
  }

  @Test func correctedVotesSumToTheMagnitude() throws {
    let images = try Fixture.images("images/rgb45x37")
    let sums = [1, 7, 24, 360].map { bins in
      (try? rows(of: HOGLayer(orientations: bins), images))?.reduce(0) { $0 + Double($1) } ?? .nan
    }
    for sum in sums { #expect(abs(sum / sums[0] - 1) <= 2e-6) }
  }

  @Test func grayIsOneOfThreeChannels() throws {
    let color = try Fixture.images("images/rgb32")[0]
    guard case .uint8(let values) = color.pixels else { return }
    let whole = try HOGLayer().features(of: color).values
    for channel in 0..<3 {
      let plane = stride(from: channel, to: values.count, by: 3).map { values[$0] }
      let gray = Image(shape: ImageShape(height: 32, width: 32, channels: 1), pixels: .uint8(plane))
      #expect(try HOGLayer().features(of: gray).values.elementsEqual(whole[channel * 384..<(channel + 1) * 384]))
    }
  }

  @Test func saysWhatImagesACellNeeds() {
    let shape = ImageShape(height: 40, width: 7, channels: 3)
    let error = #expect(throws: MVError.self) { try HOGLayer().layout(for: shape) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("cell_size=8") == true && error?.description.contains("8x8") == true)
    #expect(throws: MVError.self) { try HOGLayer(orientations: 0).layout(for: shape) }
  }
}
