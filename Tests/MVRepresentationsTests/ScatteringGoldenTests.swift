import MVCore
import MVFiles
import MVRepresentations
import TestSupport
import Testing

/// kymatio's own numbers, written by `Fixtures/Generators/scattering.py`.
@Suite struct ScatteringGoldenTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var image: String
    var scales: Int
    var angles = 8
    var order = 2
    var padded = false
    var gray = false
    var crop: ImageSize?
    var float = false

    var testDescription: String {
      [
        image, "J\(scales)", "L\(angles)", "order\(order)", padded ? "padded" : nil, gray ? "grey" : nil,
        crop == nil ? nil : "crop", float ? "float" : nil,
      ].compactMap { $0 }.joined(separator: "-")
    }

    /// The images as the generator gave them to kymatio.
    func images() throws -> ImageBatch {
      let batch = try Fixture.images("images/\(image)")
      let size = crop ?? ImageSize(height: batch.shape.height, width: batch.shape.width)
      let channels = gray ? [1] : [0, 1, 2]
      let shape = ImageShape(height: size.height, width: size.width, channels: channels.count)
      guard case .uint8(let bytes) = batch.pixels else { throw MVError.badData(image, "is not 8-bit") }
      var chosen: [UInt8] = []
      for row in 0..<batch.count {
        for y in 0..<size.height {
          for x in 0..<size.width {
            let first = ((row * batch.shape.height + y) * batch.shape.width + x) * 3
            chosen += channels.map { bytes[first + $0] }
          }
        }
      }
      let pixels = float ? Pixels.float32(chosen.map { (Float($0) - 100) / 50 }) : .uint8(chosen)
      return ImageBatch(count: batch.count, shape: shape, pixels: pixels)
    }
  }

  static let cases =
    ["rgb32", "rgb45x37", "rgb96", "rgb224"].flatMap { image in
      (2...9).map { Case(image: image, scales: $0 / 2, order: 2 - $0 % 2) }
    } + [
      Case(image: "rgb32", scales: 5),
      Case(image: "rgb45x37", scales: 5, crop: ImageSize(height: 45, width: 32)),
      Case(image: "rgb45x37", scales: 3, angles: 6, gray: true),
      Case(image: "rgb32", scales: 2, angles: 5, gray: true, float: true),
      Case(image: "rgb96", scales: 2, padded: true),
      Case(image: "rgb96", scales: 3, padded: true, gray: true),
      Case(image: "rgb45x37", scales: 2, padded: true, crop: ImageSize(height: 44, width: 36)),
    ]

  @Test(arguments: cases)
  func agreesWithKymatio(_ test: Case) throws {
    let golden = try Fixture.array("scattering/\(test.testDescription)").values(as: Double.self)
    let peaks = try Fixture.floats("scattering/\(test.testDescription)-peak")
    let images = try test.images()
    let scattering = Scattering(scales: test.scales, angles: test.angles, order: test.order, prePad: test.padded)
    let layout = try scattering.layout(for: images.shape)
    var rows = [Float](repeating: .nan, count: images.count * layout.count)
    var span = rows.mutableSpan
    try scattering.compute(images, into: &span)
    #expect(rows.allSatisfy { $0.isFinite })

    let area = layout.shape[2] * layout.shape[3]
    #expect(peaks.count == layout.count / area)
    let largest = Double(peaks.max() ?? 0)
    var (worst, worstOfPeak, seen) = (0.0, 0.0, Set<Int>())
    for sample in stride(from: 0, to: golden.count, by: 2) {
      let index = Int(golden[sample])
      let coefficient = index / area % peaks.count
      let difference = abs(Double(rows[index]) - golden[sample + 1])
      worst = max(worst, difference / largest)
      worstOfPeak = max(worstOfPeak, difference / Double(peaks[coefficient]))
      seen.insert(coefficient)
    }
    #expect(seen.count == peaks.count, "the golden misses coefficients")
    #expect(worst < 2e-6, "relative to the largest coefficient")
    #expect(worstOfPeak < 1e-5, "relative to the peak of the same coefficient")
  }
}
