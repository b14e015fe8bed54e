import MVCore
import MVFiles
import MVRepresentations
import TestSupport
import Testing

@Suite struct PatchScatteringTests {
  static let cases: [(String, PatchScattering)] = [
    ("rgb32", PatchScattering()), ("rgb32", PatchScattering(grid: 2, scales: 3, angles: 6)),
    ("rgb45x37", PatchScattering(grid: 2, order: 1)), ("rgb45x37", PatchScattering(grid: 3, angles: 4)),
    ("rgb96", PatchScattering()), ("rgb96", PatchScattering(scales: 1, prePad: true)),
    ("rgb224", PatchScattering()),
  ]

  @Test(arguments: cases) func agreesWithKymatioOnThePatches(_ image: String, _ patches: PatchScattering) throws {
    let inner = patches.scattering
    let name =
      "\(image)-grid\(patches.grid)-J\(inner.scales)-L\(inner.angles)-order\(inner.order)"
      + (inner.prePad ? "-padded" : "")
    let golden = try Fixture.array("patch_scattering/\(name)").values(as: Double.self)
    let peaks = try Fixture.floats("patch_scattering/\(name)-peak")
    let images = try Fixture.images("images/\(image)")
    let layout = try patches.layout(for: images.shape)
    #expect(layout.axes == ["patch_y", "patch_x", "channel", "coefficient", "y", "x"])
    let values = try rows(of: patches, images)
    let area = layout.shape[4] * layout.shape[5]
    #expect(peaks.count == layout.shape[2] * layout.shape[3])
    let largest = Double(peaks.max() ?? 0)
    var (worst, worstOfPeak, seen) = (0.0, 0.0, Set<Int>())
    for sample in stride(from: 0, to: golden.count, by: 2) {
      let index = Int(golden[sample])
      let coefficient = index / area % peaks.count
      let difference = abs(Double(values[index]) - golden[sample + 1])
      worst = max(worst, difference / largest)
      worstOfPeak = max(worstOfPeak, difference / Double(peaks[coefficient]))
      seen.insert(coefficient)
    }
    #expect(seen.count == peaks.count, "the golden misses coefficients")
    #expect(worst < 2e-6, "relative to the largest coefficient")
    #expect(worstOfPeak < 1e-5, "relative to the peak of the same coefficient")
  }

  @Test func oneOfOneIsTheWholeImage() throws {
    let images = try Fixture.images("images/rgb45x37")
    #expect(try rows(of: PatchScattering(grid: 1), images) == (try rows(of: Scattering(), images)))
  }

  @Test func patchesDoNotSeeEachOther() throws {
    let image = try Fixture.images("images/rgb32")[0]
    guard case .uint8(var values) = image.pixels else { return }
    let before = try PatchScattering().features(of: image)
    for channel in 0..<3 { values[(9 * 32 + 17) * 3 + channel] ^= 0x7f }
    let after = try PatchScattering().features(of: Image(shape: image.shape, pixels: .uint8(values)))
    let count = before.values.count / 16
    for patch in 0..<16 {
      let range = patch * count..<(patch + 1) * count
      #expect((before.values[range] == after.values[range]) == (patch != 1 * 4 + 2))
    }
  }

  @Test func whatIsLeftOverIsNotUsed() throws {
    let image = try Fixture.images("images/rgb45x37")[0]
    guard case .uint8(var values) = image.pixels else { return }
    let patches = PatchScattering(grid: 4)
    let before = try patches.features(of: image)
    #expect(before.layout.shape == [4, 4, 3, 81, 2, 2])
    // Patches of 11 x 9 leave row 44 and column 36.
    for channel in 0..<3 {
      values[(44 * 37 + 5) * 3 + channel] ^= 0xff
      values[(7 * 37 + 36) * 3 + channel] ^= 0xff
    }
    #expect(try patches.features(of: Image(shape: image.shape, pixels: .uint8(values))) == before)
  }

  static let impossible: [(PatchScattering, String)] = [
    (PatchScattering(grid: 33), "grid=33"), (PatchScattering(grid: 11), "grid=11"),
    (PatchScattering(scales: 4), "grid=4"), (PatchScattering(prePad: true), "grid=4"),
    (PatchScattering(grid: 0), "grid=0"), (PatchScattering(scales: 0), "J=0"),
  ]

  @Test(arguments: impossible) func refusesPatchesThatAreTooSmall(_ patches: PatchScattering, _ setting: String) {
    let error = #expect(throws: MVError.self) {
      try patches.layout(for: ImageShape(height: 40, width: 32, channels: 3))
    }
    #expect(error?.kind == .usage)
    #expect(error?.subject == "setting \(setting)")
  }
}
