import CKernels
import Foundation
import MVCore
import MVFiles
import MVRepresentations
import TestSupport
import Testing

@Suite struct LBPTests {
  static let circles: [(Int, Double)] = [(8, 1), (16, 2), (24, 3)]

  private func name(_ points: Int, _ radius: Double) -> String {
    "\(points)-\(radius == radius.rounded() ? "\(Int(radius))" : "\(radius)")"
  }

  @Test(arguments: circles, LBP.Method.allCases)
  func codesAreThoseOfScikitImage(_ circle: (Int, Double), _ method: LBP.Method) throws {
    let lbp = LBP(radius: circle.1, points: circle.0, method: method, output: .map)
    let map = try lbp.features(of: try Fixture.images("images/rgb45x37")[0])
    #expect(map.layout.shape == [45, 37])
    let golden = try Fixture.floats("lbp/map-\(name(circle.0, circle.1))-\(method.rawValue)")
    #expect(map.values == golden)
  }

  @Test(arguments: circles, LBP.Method.allCases)
  func codesOfFlatPatchesAreThoseOfScikitImage(_ circle: (Int, Double), _ method: LBP.Method) throws {
    let lbp = LBP(radius: circle.1, points: circle.0, method: method, output: .map)
    let map = try lbp.features(of: try Fixture.images("lbp/patches")[1]).values
    let inner = (20..<60).flatMap { map[$0 * 96 + 20..<$0 * 96 + 60] }
    let golden = try Fixture.floats("lbp/patches-\(name(circle.0, circle.1))-\(method.rawValue)")
    #expect(inner == golden)
  }

  @Test func everyLevelRoundsAsScikitImageDoes() throws {
    let map = try LBP(output: .map).features(of: try Fixture.images("lbp/patches")[0]).values
    #expect(map == (try Fixture.array("lbp/patches-all").values(as: UInt8.self)).map { Float($0) })
  }

  @Test func largeImageAndOddCircles() throws {
    let large = try LBP(output: .map).features(of: try Fixture.images("images/rgb224")[0]).values
    #expect(large == (try Fixture.array("lbp/map-224").values(as: UInt8.self)).map { Float($0) })
    let small = try Fixture.images("images/rgb32")[0]
    let five = try LBP(radius: 1.5, points: 5, output: .map).features(of: small).values
    #expect(five == (try Fixture.floats("lbp/map-5-1.5-default")))
    let many = try LBP(radius: 2.7, points: 32, method: .uniform, output: .map).features(of: small).values
    #expect(many == (try Fixture.floats("lbp/map-32-2.7-uniform")))
  }

  static let histograms: [(String, LBP)] = [
    ("rgb96", LBP(method: .uniform)), ("rgb45x37", LBP(grid: 3)),
    ("rgb45x37", LBP(radius: 2, points: 16, method: .uniform, grid: 2)),
    ("rgb96", LBP(method: .nonRotationInvariantUniform, grid: 4)),
    ("rgb96", LBP(radius: 3, points: 24, method: .uniform, grid: 2)),
    ("rgb45x37", LBP(radius: 2, points: 16, method: .nonRotationInvariantUniform)),
    ("rgb45x37", LBP(radius: 3, points: 24, method: .nonRotationInvariantUniform)),
    ("rgb96", LBP(method: .rotationInvariant, grid: 2)),
    ("rgb45x37", LBP(radius: 2, points: 16, method: .rotationInvariant)),
  ]

  @Test(arguments: histograms) func histogramsCountTheCodes(_ images: String, _ lbp: LBP) throws {
    let file = "histogram-\(name(lbp.points, lbp.radius))-\(lbp.method.rawValue)-\(lbp.grid)"
    #expect(try rows(of: lbp, try Fixture.images("images/\(images)")) == (try Fixture.floats("lbp/\(file)")))
  }

  @Test func binsOfEveryMethod() throws {
    let shape = ImageShape(height: 40, width: 40, channels: 1)
    func bins(_ lbp: LBP) throws -> Int { try lbp.layout(for: shape).shape[2] }
    #expect(try bins(LBP()) == 256)
    #expect(try bins(LBP(points: 16)) == 65536)
    #expect(try bins(LBP(method: .rotationInvariant)) == 36)
    #expect(try bins(LBP(points: 16, method: .rotationInvariant)) == 4116)
    #expect(try bins(LBP(points: 32, method: .uniform)) == 34)
    #expect(try bins(LBP(points: 24, method: .nonRotationInvariantUniform)) == 555)
    let labels = try LBP(method: .rotationInvariant).layout(for: shape).labels["code"]
    #expect(labels?.prefix(5).elementsEqual(["0", "1", "3", "5", "7"]) == true)
  }

  @Test(arguments: [(8, 1.0), (16, 2.0)]) func floatsFollowTheStatedRule(_ points: Int, _ radius: Double) throws {
    let lbp = LBP(radius: radius, points: points, output: .map)
    let codes = try rows(of: lbp, try Fixture.images("lbp/float-images"))
    #expect(codes == (try Fixture.floats("lbp/float-\(name(points, radius))")))
  }

  @Test func floatCodesDoNotDependOnScaleAndFlatIsClean() throws {
    let images = try Fixture.images("lbp/float-images")
    guard case .float32(let values) = images.pixels else { return }
    let scaled = ImageBatch(count: images.count, shape: images.shape, pixels: .float32(values.map { $0 * 1e-4 }))
    let lbp = LBP(output: .map)
    #expect(try rows(of: lbp, scaled) == (try rows(of: lbp, images)))
    // Inside a flat region all neighbors are ties: all bits set, whatever the level.
    for level: Float in [0.1, 1 / 3, 77.7] {
      let flat = Image(
        shape: ImageShape(height: 9, width: 9, channels: 1), pixels: .float32(Array(repeating: level, count: 81)))
      let map = try lbp.features(of: flat).values
      #expect((1..<8).allSatisfy { y in (1..<8).allSatisfy { map[y * 9 + $0] == 255 } })
    }
  }

  @Test func grayIsOpenCVsForAllColors() throws {
    let golden = try Fixture.array("lbp/grey").values(as: Int64.self)
    var rgb = [UInt8](repeating: 0, count: 3 << 16)
    var gray = [UInt8](repeating: 0, count: 1 << 16)
    for red in 0..<256 {
      for index in 0..<1 << 16 {
        rgb[3 * index] = UInt8(red)
        rgb[3 * index + 1] = UInt8(index >> 8)
        rgb[3 * index + 2] = UInt8(index & 255)
      }
      mvk_gray_uint8(rgb, &gray, 1 << 16)
      let sum = gray.indices.reduce(0) { $0 + Int(gray[$1]) * (1 + (31 * ($1 >> 8) + 17 * ($1 & 255)) % 1009) }
      #expect(Int64(sum) == golden[red])
    }
  }

  static let impossible: [(LBP, String)] = [
    (LBP(method: .variance), "method=var"), (LBP(points: 17), "points=17"),
    (LBP(points: 25, output: .map), "points=25"), (LBP(grid: 2, output: .map), "grid=2"),
    (LBP(radius: 20), "radius=20"), (LBP(grid: 41), "grid=41"), (LBP(points: 0), "points=0"),
  ]

  @Test(arguments: impossible) func refusesImpossibleCombinations(_ lbp: LBP, _ setting: String) {
    let error = #expect(throws: MVError.self) { try lbp.layout(for: ImageShape(height: 40, width: 40, channels: 1)) }
    #expect(error?.kind == .usage)
    #expect(error?.subject.hasPrefix("setting \(setting)") == true)
  }
}
