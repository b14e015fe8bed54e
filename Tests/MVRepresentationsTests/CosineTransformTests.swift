import Foundation
import MVCore
import MVFiles
import MVRepresentations
import TestSupport
import Testing

@Suite struct CosineTransformTests {
  static let cases: [(String, String, CosineTransform.Norm)] = [
    ("rgb32", "images/rgb32", .none), ("rgb32-ortho", "images/rgb32", .orthonormal),
    ("uneven", "images/rgb45x37", .none), ("uneven-ortho", "images/rgb45x37", .orthonormal),
    ("column", "dct/noise-column", .none), ("odd", "dct/noise-odd", .orthonormal),
  ]

  private func largest(_ values: [Float]) -> Float { values.reduce(0) { max($0, abs($1)) } }

  @Test(arguments: cases)
  func agreesWithTorchDCT(_ name: String, _ images: String, _ norm: CosineTransform.Norm) throws {
    let golden = try Fixture.floats("dct/\(name)")
    let values = try rows(of: CosineTransform(norm: norm), try Fixture.images(images))
    #expect(largestDifference(values, golden) <= 1e-6 * largest(golden))
  }

  @Test func agreesWithTorchDCTOnALargeImage() throws {
    let values = try CosineTransform().features(of: try Fixture.images("images/rgb224")[0]).values
    let golden = try Fixture.floats("dct/rgb224")
    let places = try Fixture.array("dct/rgb224-places").values(as: Int64.self)
    #expect(largestDifference(places.map { values[Int($0)] }, golden) <= 1e-6 * largest(golden))
  }

  @Test func aCosineHasOneCoefficient() throws {
    let (height, width) = (14, 23)
    for (v, u) in [(0, 0), (3, 0), (0, 22), (13, 7)] {
      let values = (0..<height * width).map { index -> Float in
        let (y, x) = (Double(index / width), Double(index % width))
        return Float(
          cos(.pi * (2 * y + 1) * Double(v) / Double(2 * height))
            * cos(.pi * (2 * x + 1) * Double(u) / Double(2 * width)))
      }
      let image = Image(shape: ImageShape(height: height, width: width, channels: 1), pixels: .float32(values))
      let features = try CosineTransform().features(of: image)
      let expected = Float(4 * height * width / ((v == 0 ? 1 : 2) * (u == 0 ? 1 : 2)))
      #expect(abs(features.values[v * width + u] - expected) <= 1e-3)
      #expect(features.values.enumerated().allSatisfy { $0 == v * width + u || abs($1) <= 1e-3 })
    }
  }

  @Test func orthonormalKeepsDistances() throws {
    for name in ["images/rgb45x37", "images/rgb32", "dct/noise-odd"] {
      let image = try Fixture.images(name)[0]
      func energy(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) } }
      let before = energy(try PixelValues().features(of: image).values)
      let after = energy(try CosineTransform(norm: .orthonormal).features(of: image).values)
      #expect(abs(after / before - 1) <= 1e-6)
    }
  }

  @Test(arguments: [1, 2, 7, 8, 9, 37]) func keepsTheLowestFrequencies(_ keep: Int) throws {
    let images = try Fixture.images("images/rgb45x37")
    let whole = try rows(of: CosineTransform(), images)
    let kept = try rows(of: CosineTransform(keep: keep), images)
    let expected = (0..<6 * keep * keep).map { index -> Float in
      let (plane, place) = index.quotientAndRemainder(dividingBy: keep * keep)
      return whole[(plane * 45 + place / keep) * 37 + place % keep]
    }
    #expect(kept == expected)
  }

  @Test func refusesMoreFrequenciesThanThereAre() {
    let shape = ImageShape(height: 45, width: 37, channels: 3)
    let error = #expect(throws: MVError.self) { try CosineTransform(keep: 38).layout(for: shape) }
    #expect(error?.kind == .usage)
    #expect(error?.subject == "setting keep=38")
    #expect(throws: MVError.self) { try CosineTransform(keep: -1).layout(for: shape) }
  }

  @Test func anySizeWillDo() throws {
    for (height, width) in [(1, 1), (1, 40), (17, 2)] {
      let shape = ImageShape(height: height, width: width, channels: 3)
      let image = Image(shape: shape, pixels: .uint8((0..<shape.count).map { UInt8($0 % 251) }))
      let values = try CosineTransform().features(of: image).values
      let sum = stride(from: 0, to: shape.count, by: 3).reduce(0.0) { $0 + Double($1 % 251) / 255 }
      #expect(abs(Double(values[0]) - 4 * sum) <= 1e-4)
    }
  }
}
