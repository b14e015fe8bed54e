import CKernels
import Foundation
import MVCore
import MVFiles
import MVRepresentations
import TestSupport
import Testing

@Suite struct ColorHistogramTests {
  static let cases: [(String, String, ColorHistogram)] = [
    ("rgb", "rgb96", ColorHistogram(norm: .none)), ("rgb-10", "rgb45x37", ColorHistogram(bins: 10, norm: .none)),
    ("rgb-17", "rgb32", ColorHistogram(bins: 17, norm: .none)),
    ("rgb-pyramid", "rgb45x37", ColorHistogram(bins: 4, pyramid: 3, norm: .none)),
    ("rgb-each", "rgb45x37", ColorHistogram(bins: 100, joint: false, pyramid: 2, norm: .none)),
    ("rgb-large", "rgb224", ColorHistogram(norm: .none)), ("hsv", "rgb96", ColorHistogram(space: .hsv, norm: .none)),
    ("hsv-each", "rgb45x37", ColorHistogram(space: .hsv, bins: 45, joint: false, norm: .none)),
    ("hsv-pyramid", "rgb45x37", ColorHistogram(space: .hsv, bins: 5, pyramid: 2, norm: .none)),
    ("lab", "rgb96", ColorHistogram(space: .lab, norm: .none)),
    ("lab-each", "rgb45x37", ColorHistogram(space: .lab, bins: 16, joint: false, pyramid: 2, norm: .none)),
    ("opponent", "rgb96", ColorHistogram(space: .opponent, norm: .none)),
    ("opponent-each", "rgb45x37", ColorHistogram(space: .opponent, bins: 7, joint: false, pyramid: 2, norm: .none)),
    ("hsv-each-pyramid", "rgb96", ColorHistogram(space: .hsv, bins: 12, joint: false, pyramid: 3, norm: .none)),
    ("lab-pyramid", "rgb45x37", ColorHistogram(space: .lab, bins: 5, pyramid: 2, norm: .none)),
    ("opponent-pyramid", "rgb45x37", ColorHistogram(space: .opponent, bins: 5, pyramid: 2, norm: .none)),
  ]

  @Test(arguments: cases) func countsAreThoseOfOpenCV(_ name: String, _ images: String, _ color: ColorHistogram) throws
  {
    #expect(try rows(of: color, try Fixture.images("images/\(images)")) == (try Fixture.floats("color/\(name)")))
  }

  static let normalized: [(String, ColorHistogram)] = [
    ("rgb-l1", ColorHistogram(bins: 6, pyramid: 2, norm: .l1)),
    ("rgb-l2", ColorHistogram(bins: 6, pyramid: 2, norm: .l2)),
    ("rgb-hellinger", ColorHistogram(bins: 6, pyramid: 2)),
    ("lab-each-l1", ColorHistogram(space: .lab, bins: 16, joint: false, pyramid: 2, norm: .l1)),
    ("hsv-each-l2", ColorHistogram(space: .hsv, bins: 16, joint: false, pyramid: 2, norm: .l2)),
    ("opponent-each-hellinger", ColorHistogram(space: .opponent, bins: 16, joint: false, pyramid: 3)),
  ]

  @Test(arguments: normalized) func cellsAreNormalisedAlone(_ name: String, _ color: ColorHistogram) throws {
    let values = try rows(of: color, try Fixture.images("images/rgb45x37"))
    #expect(largestDifference(values, try Fixture.floats("color/\(name)")) < 1e-6)
  }

  typealias Conversion = @Sendable (UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, Int) -> Void
  static let conversions: [(String, Conversion)] = [
    ("hsv", { mvk_rgb_to_hsv($0, $1, $2) }), ("lab", { mvk_rgb_to_lab($0, $1, $2) }),
  ]

  @Test(arguments: conversions) func convertsAllColorsAsOpenCVDoes(_ name: String, _ convert: Conversion) throws {
    let golden = try Fixture.array("color/\(name)-checksums").values(as: Int64.self)
    var rgb = [UInt8](repeating: 0, count: 3 << 16)
    var converted = rgb
    for red in 0..<256 {
      for index in 0..<1 << 16 {
        rgb[3 * index] = UInt8(red)
        rgb[3 * index + 1] = UInt8(index >> 8)
        rgb[3 * index + 2] = UInt8(index & 255)
      }
      convert(rgb, &converted, 1 << 16)
      var sums = [0, 0, 0]
      for index in 0..<1 << 16 {
        let weight = 1 + (31 * (index >> 8) + 17 * (index & 255)) % 1009
        for channel in 0..<3 { sums[channel] += Int(converted[3 * index + channel]) * weight }
      }
      #expect(sums.map { Int64($0) } == Array(golden[3 * red..<3 * red + 3]))
    }
  }

  @Test func normsAreWhatTheySay() throws {
    let images = try Fixture.images("images/rgb45x37")
    let counts = try rows(of: ColorHistogram(pyramid: 2, norm: .none), images)
    func cells(_ norm: ColorHistogram.Norm) throws -> [ArraySlice<Float>] {
      let values = try rows(of: ColorHistogram(pyramid: 2, norm: norm), images)
      return stride(from: 0, to: values.count, by: 512).map { values[$0..<$0 + 512] }
    }
    #expect(counts[0..<512].reduce(0, +) == 1665)
    #expect(try cells(.l1).allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
    #expect(try cells(.l2).allSatisfy { abs($0.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5 })
    #expect(try cells(.hellinger).allSatisfy { abs($0.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5 })
    let (shares, roots) = (try cells(.l1).flatMap { $0 }, try cells(.hellinger).flatMap { $0 })
    #expect(largestDifference(roots.map { $0 * $0 }, shares) < 1e-6)
    let (pixels, largest): (Float, Float) = (1665, counts[0..<512].max() ?? 0)
    #expect(abs((shares[0..<512].max() ?? 0) - largest / pixels) < 1e-6)
  }

  @Test func grayCountsAsEqualChannels() throws {
    let values = (0..<240).map { UInt8($0) }
    let gray = Image(shape: ImageShape(height: 12, width: 20, channels: 1), pixels: .uint8(values))
    let rgb = Image(
      shape: ImageShape(height: 12, width: 20, channels: 3), pixels: .uint8(values.flatMap { [$0, $0, $0] }))
    for space in ColorHistogram.Space.allCases {
      for joint in [true, false] {
        let color = ColorHistogram(space: space, joint: joint)
        #expect(try color.features(of: gray).values == (try color.features(of: rgb).values))
      }
    }
  }

  @Test func unitFloatsCountAsTheBytesTheyWere() throws {
    let images = try Fixture.images("images/rgb96")
    guard case .uint8(let values) = images.pixels else { return }
    let floats = ImageBatch(count: 2, shape: images.shape, pixels: .float32(values.map { Float($0) / 255 }))
    for space in ColorHistogram.Space.allCases {
      let color = ColorHistogram(space: space, bins: 16)
      #expect(try rows(of: color, floats) == (try rows(of: color, images)))
    }
  }

  @Test(arguments: [-0.01, 1.001, 128]) func refusesFloatsBeyondOne(_ value: Float) throws {
    var values = [Float](repeating: 0.5, count: 3 * 64)
    values[3 * 17 + 1] = value
    let image = Image(shape: ImageShape(height: 8, width: 8, channels: 3), pixels: .float32(values))
    let error = #expect(throws: MVError.self) { try ColorHistogram().features(of: image) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("row 2, column 1, channel 1") == true)
  }

  static let impossible: [(ColorHistogram, String)] = [
    (ColorHistogram(bins: 33), "bins=33"), (ColorHistogram(bins: 0), "bins=0"),
    (ColorHistogram(pyramid: 5), "pyramid=5"),
  ]

  @Test(arguments: impossible) func refusesImpossibleCombinations(_ color: ColorHistogram, _ setting: String) {
    let error = #expect(throws: MVError.self) { try color.layout(for: ImageShape(height: 15, width: 40, channels: 3)) }
    #expect(error?.kind == .usage)
    #expect(error?.subject == "setting \(setting)")
  }

  @Test func namesItsAxes() throws {
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let joint = try ColorHistogram(space: .hsv, pyramid: 2).layout(for: shape)
    #expect(joint.shape == [5, 8, 8, 8])
    #expect(joint.axes == ["cell", "hue", "saturation", "value"])
    #expect(joint.labels["cell"]?.last == "level 1, y 1, x 1")
    let each = try ColorHistogram(bins: 20, joint: false).layout(for: shape)
    #expect(each.shape == [3, 20])
    #expect(each.labels["channel"] == ["red", "green", "blue"])
  }
}
