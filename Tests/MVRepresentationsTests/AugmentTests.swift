import MVCore
import MVImaging
import MVRepresentations
import TestSupport
import Testing

@Suite struct AugmentTests {
  /// The 8-bit values of a view, by channel, row and column.
  private func bytes(_ augment: Augment, _ image: Image) throws -> [UInt8] {
    try augment.features(of: image).values.map { UInt8(($0 * 255).rounded()) }
  }

  /// The values of an 8-bit image by channel, row and column.
  private func planes(_ image: Image) -> [UInt8] {
    guard case .uint8(let values) = image.pixels else { return [] }
    return (0..<image.shape.channels).flatMap { channel in
      stride(from: channel, to: values.count, by: image.shape.channels).map { values[$0] }
    }
  }

  @Test func withoutAPolicyItIsTheImage() throws {
    for image in [try Fixture.images("images/rgb45x37")[1], try Fixture.images("images/rgb32")[0]] {
      let features = try Augment(policy: .none).features(of: image)
      #expect(features.values == planes(image).map { Float($0) / 255 })
      #expect(features.layout.shape == [3, image.shape.height, image.shape.width])
      #expect(features.layout.axes == ["channel", "y", "x"])
    }
  }

  @Test(arguments: AugmentationPolicy.Name.allCases) func isThePolicyWithTheStatedKey(_ policy: AugmentationPolicy.Name)
    throws
  {
    let image = try Fixture.images("images/rgb45x37")[0]
    guard case .uint8(let values) = image.pixels else { return }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in [45, 0, 0, 0, 37, 0, 0, 0, 3, 0, 0, 0] + values {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    var generator = SeededGenerator(seed: 12, keys: hash)
    let name = try #require(AugmentationPolicy.Name(rawValue: policy.rawValue))
    let view = AugmentationPolicy(name, size: ImageSize(height: 45, width: 37))
      .apply(to: try RGBImage(image), using: &generator)
    #expect(try bytes(Augment(policy: policy, seed: 12), image) == planes(view.image))
  }

  @Test func cropsOfCIFARAreShiftsAndMirrorImages() throws {
    let image = try Fixture.images("images/rgb32")[3]
    let source = planes(image)
    var found: Set<[Int]> = []
    for seed in 0..<12 {
      let view = try bytes(Augment(policy: .cifar, seed: seed), image)
      for shift in 0..<81 {
        let (down, right) = (shift / 9 - 4, shift % 9 - 4)
        for mirrored in [0, 1] {
          let matches = view.indices.allSatisfy { index in
            let (channel, y, x) = (index / 1024, index / 32 % 32 + down, index % 32)
            let column = (mirrored == 1 ? 31 - x : x) + right
            let inside = (0..<32).contains(y) && (0..<32).contains(column)
            return view[index] == (inside ? source[channel * 1024 + y * 32 + column] : 0)
          }
          if matches { found.insert([seed, down, right, mirrored]) }
        }
      }
    }
    #expect(Set(found.map { $0[0] }).count == 12, "each view is one of them")
    #expect(Set(found.map { Array($0.dropFirst()) }).count > 6, "and seeds draw others")
  }

  @Test func equalImagesHaveEqualRowsAndOthersOthers() throws {
    let image = try Fixture.images("images/rgb32")[0]
    guard case .uint8(let values) = image.pixels else { return }
    let batch = ImageBatch(
      count: 4, shape: image.shape, pixels: .uint8(values + values.reversed() + values + [values[0] ^ 1] + values[1...])
    )
    let views = try rows(of: Augment(), batch)
    #expect(views[..<3072] == views[6144..<9216])
    // A gray level of one pixel draws another view altogether, not one that differs by as little.
    let change = zip(views[..<3072], views[9216...]).reduce(0) { $0 + abs($1.0 - $1.1) } / 3072
    #expect(change > 0.01)
    #expect(try rows(of: Augment(seed: 1), image.batch) != Array(views[..<3072]))
  }

  @Test func grayStaysGrayAndFloatsCountAsTheBytesTheyWere() throws {
    let image = try Fixture.images("images/rgb45x37")[0]
    guard case .uint8(let values) = image.pixels else { return }
    let floats = Image(shape: image.shape, pixels: .float32(values.map { Float($0) / 255 }))
    #expect(try Augment().features(of: floats) == (try Augment().features(of: image)))
    let green = stride(from: 1, to: values.count, by: 3).map { values[$0] }
    let gray = Image(shape: ImageShape(height: 45, width: 37, channels: 1), pixels: .uint8(green))
    for seed in 0..<8 {
      let features = try Augment(seed: seed, size: 24).features(of: gray)
      #expect(features.layout.shape == [1, 24, 24] && features.values.allSatisfy { (0...1).contains($0) })
    }
    let bright = Image(shape: image.shape, pixels: .float32(values.map { Float($0) }))
    let error = #expect(throws: MVError.self) { try Augment().features(of: bright) }
    #expect(error?.kind == .badData)
  }

  static let impossible: [(Augment, String)] = [
    (Augment(policy: .none, size: 16), "size=16"), (Augment(policy: .cifar, size: 41), "size=41"),
    (Augment(size: -1), "size=-1"), (Augment(seed: -1), "seed=-1"),
  ]

  @Test(arguments: impossible) func refusesImpossibleSettings(_ augment: Augment, _ setting: String) {
    let error = #expect(throws: MVError.self) {
      try augment.layout(for: ImageShape(height: 32, width: 40, channels: 3))
    }
    #expect(error?.kind == .usage)
    #expect(error?.subject == "setting \(setting)")
  }
}
