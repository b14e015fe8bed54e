import CKernels
import MVCore
import TestSupport
import Testing

@testable import MVImaging

/// Views are the same bytes by every instruction set, and those that plain arithmetic gives.
@Suite(.serialized) struct InstructionSetAugmentationTests {
  static func noise(height: Int, width: Int, seed: UInt64) -> RGBImage {
    var random = SeededGenerator(seed: seed)
    return RGBImage(
      height: height, width: width,
      pixels: (0..<height * width * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }

  /// Runs `check` with each instruction set of this machine alone.
  private func byEveryInstructionSet(_ check: (String) throws -> Void) rethrows {
    let targets = mvk_targets()
    defer { mvk_force_targets(0) }
    var tried = 0
    for bit in 0..<63 where targets >> bit & 1 == 1 {
      mvk_force_targets(1 << bit)
      tried += 1
      try check(String(cString: mvk_target_name(1 << bit)))
    }
    #expect(tried > 0)
  }

  @Test func sizesAreThoseOfPlainArithmetic() {
    let sizes = [(1, 1), (1, 40), (40, 1), (2, 3), (5, 4), (7, 33), (31, 16), (48, 37)]
    let cases = sizes.flatMap { from in sizes.map { (from, $0) } }.flatMap { sides in
      Resampling.allCases.map { kernel in
        let image = Self.noise(height: sides.0.0, width: sides.0.1, seed: 1)
        return (image, sides.1, kernel, Plain.resized(image, height: sides.1.0, width: sides.1.1, kernel))
      }
    }
    byEveryInstructionSet { name in
      for (image, (height, width), kernel, expected) in cases {
        let made = image.resized(to: ImageSize(height: height, width: width), filter: kernel)
        #expect(made == expected, "\(name): \(image.height)x\(image.width) to \(height)x\(width), \(kernel)")
      }
    }
  }

  @Test func huesAreThoseOfPlainArithmetic() {
    let levels: [UInt8] = Array(stride(from: 0, through: 255, by: 5)) + [1, 127, 128, 254]
    let colors = levels.flatMap { red in levels.flatMap { green in levels.flatMap { [red, green, $0] } } }
    for turn in [0.0, 0.11, -0.2, 0.5] {
      let shift = UInt8(truncatingIfNeeded: Int(turn * 255))
      let expected = stride(from: 0, to: colors.count, by: 3).flatMap {
        Plain.turned(colors[$0], colors[$0 + 1], colors[$0 + 2], by: shift)
      }
      byEveryInstructionSet { name in
        let image = RGBImage(height: 1, width: colors.count / 3, pixels: colors)
        #expect(image.adjustingHue(by: turn).pixels == expected, "\(name): \(turn)")
      }
    }
  }

  @Test func blursAreThoseOfPlainArithmetic() {
    for (height, width, size, deviation) in [(2, 2, 3, 0.7), (9, 30, 5, 0.3), (40, 13, 23, 2.0), (24, 24, 9, 1.1)] {
      let image = Self.noise(height: height, width: width, seed: 2)
      let expected = Plain.blurred(image, kernelSize: size, deviation: deviation)
      byEveryInstructionSet { name in
        let off = zip(image.blurred(kernelSize: size, deviation: deviation).pixels, expected).map {
          abs(Double($0) - $1)
        }
        #expect(off.max() ?? 1 < 0.501, "\(name): \(height)x\(width), \(size) taps")
      }
    }
  }

  @Test func operationsAndPoliciesAreTheSameByEveryInstructionSet() {
    let images = [(1, 1), (3, 3), (5, 70), (33, 31), (64, 97)].map {
      Self.noise(height: $0.0, width: $0.1, seed: UInt64($0.1))
    }
    func made(_ image: RGBImage) -> [RGBImage] {
      let operations = AugmentationOperation.allCases.flatMap { operation in
        [3, 7].map { bin in
          operation.apply(
            to: image,
            magnitude: operation.magnitude(
              ofBin: bin, among: 10, for: ImageSize(height: image.height, width: image.width)))
        }
      }
      let views = AugmentationPolicy.Name.allCases.map { name in
        var generator = SeededGenerator(seed: 5, keys: UInt64(image.width))
        return AugmentationPolicy(name, size: ImageSize(height: 29, width: 41)).apply(to: image, using: &generator)
      }
      return operations + views
    }
    let expected = images.map(made)
    byEveryInstructionSet { name in #expect(images.map(made) == expected, "\(name)") }
  }

  @Test func contrastComesAfterWhatWasBeforeIt() {
    let image = Self.noise(height: 9, width: 21, seed: 3)
    var chained = image
    chained.change([.brightness(1.4), .contrast(0.3), .hue(0.1), .contrast(1.7), .gray])
    let single = image.adjustingBrightness(by: 1.4).adjustingContrast(by: 0.3).adjustingHue(by: 0.1)
      .adjustingContrast(by: 1.7).grayscale()
    #expect(chained == single)
    chained.change([])
    #expect(chained == single)
  }

  @Test func changesInPlaceAreThoseOfCopies() {
    let image = Self.noise(height: 32, width: 32, seed: 4)
    let policy = AugmentationPolicy(.custom, size: ImageSize(height: 32, width: 32))
    let copies: [any Augmentation] = policy.steps + [policy, AutoAugment(), RandomCrop(size: .square(32), padding: 4)]
    for change in copies {
      for seed in 0..<8 as Range<UInt64> {
        var (one, other) = (SeededGenerator(seed: seed), SeededGenerator(seed: seed))
        var inPlace = image
        change.change(&inPlace, using: &one)
        #expect(inPlace == change.apply(to: image, using: &other) && one == other)
      }
    }
  }
}
