import MVCore
import MVRepresentations
import TestSupport
import Testing

@Suite struct PixelValuesTests {
  @Test(arguments: PixelValues.Normalization.allCases)
  func agreesWithTorchvisionAndNumPy(_ normalization: PixelValues.Normalization) throws {
    let values = try rows(of: PixelValues(normalization: normalization), try Fixture.images("images/rgb45x37"))
    let golden = try Fixture.floats("pixels/\(normalization.rawValue)")
    // Constants are applied in the peer's own precision; the image's own are summed in double precision by both.
    #expect(largestDifference(values, golden) <= (normalization == .image ? 1e-6 : 0))
  }

  @Test func floatsStayAsTheyAre() throws {
    let values: [Float] = [0.25, -3, 1e9, 0, 1, 0.1]
    let image = Image(shape: ImageShape(height: 2, width: 1, channels: 3), pixels: .float32(values))
    let features = try PixelValues().features(of: image)
    #expect(features.values == [0.25, 0, -3, 1, 1e9, 0.1])
    #expect(features.layout.shape == [3, 2, 1] && features.layout.axes == ["channel", "y", "x"])
  }

  @Test func everyByteIsDividedBy255() throws {
    let shape = ImageShape(height: 16, width: 16, channels: 1)
    let features = try PixelValues().features(of: Image(shape: shape, pixels: .uint8((0...255).map { UInt8($0) })))
    #expect(features.values == (0...255).map { Float($0) / 255 })
  }

  @Test func ownNormalizationHasMean0AndDeviation1() throws {
    for image in [try Fixture.images("images/rgb32")[0], try Fixture.images("hog/noise-images")[1]] {
      let values = try PixelValues(normalization: .image).features(of: image).values
      let area = image.shape.height * image.shape.width
      for channel in 0..<image.shape.channels {
        let plane = values[channel * area..<(channel + 1) * area].map { Double($0) }
        let mean = plane.reduce(0, +) / Double(area)
        let variance = plane.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(area)
        #expect(abs(mean) < 1e-6 && abs(variance - 1) < 1e-5)
      }
    }
  }

  @Test func flatImageIsZeroUnderItsOwnNormalization() throws {
    for pixels in [Pixels.uint8(Array(repeating: 91, count: 35)), .float32(Array(repeating: 0.1, count: 35))] {
      let image = Image(shape: ImageShape(height: 5, width: 7, channels: 1), pixels: pixels)
      #expect(try PixelValues(normalization: .image).features(of: image).values.allSatisfy { $0 == 0 })
    }
  }

  @Test func refusesConstantsOfColorForGray() {
    let shape = ImageShape(height: 5, width: 5, channels: 1)
    for normalization in [PixelValues.Normalization.imagenet, .cifar, .stl10] {
      let error = #expect(throws: MVError.self) { try PixelValues(normalization: normalization).layout(for: shape) }
      #expect(error?.kind == .usage)
      #expect(error?.subject == "setting normalize=\(normalization.rawValue)")
    }
    #expect(throws: Never.self) { try PixelValues(normalization: .image).layout(for: shape) }
  }
}
