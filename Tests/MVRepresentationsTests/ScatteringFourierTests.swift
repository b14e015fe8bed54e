import CKernels
import Foundation
import MVCore
import Testing

/// The transforms under the scattering, against the definition.
@Suite struct ScatteringFourierTests {
  /// Every instruction set of this machine that the kernels are compiled for.
  static let targets: [Int64] = (0..<63).map { Int64(1) << $0 }.filter { mvk_targets() & $0 != 0 }

  @Test(arguments: targets)
  func everyLengthAgreesWithTheDefinition(target: Int64) {
    var generator = SeededGenerator(seed: 3)
    for length in 1...256 {
      let count = length % 3 == 0 ? 11 : 3  // more lines than lanes, and fewer
      let real = (0..<count * length).map { _ in Float.random(in: -1...1, using: &generator) }
      let imaginary = (0..<count * length).map { _ in Float.random(in: -1...1, using: &generator) }
      for forward in [true, false] {
        var (gotReal, gotImaginary) = (real, imaginary)
        #expect(mvk_fourier_lines(length, count, forward ? 1 : 0, &gotReal, &gotImaginary, target) == 1)
        let roots = (0..<length).map { index in
          let angle = (forward ? -2 : 2) * Double.pi * Double(index) / Double(length)
          return (cos(angle), sin(angle))
        }
        var worst = 0.0
        // The first and the last line: the definition takes length^2 steps each.
        for line in [0, count - 1] {
          for frequency in 0..<length {
            var sum = (0.0, 0.0)
            for n in 0..<length {
              let root = roots[n * frequency % length]
              let value = (Double(real[line * length + n]), Double(imaginary[line * length + n]))
              sum.0 += value.0 * root.0 - value.1 * root.1
              sum.1 += value.0 * root.1 + value.1 * root.0
            }
            worst = max(
              worst, abs(sum.0 - Double(gotReal[line * length + frequency])),
              abs(sum.1 - Double(gotImaginary[line * length + frequency])))
          }
        }
        // Sums of random values grow with the root of the length.
        #expect(worst < 2e-6 * Double(length).squareRoot() + 1e-6, "length \(length), forward \(forward)")
      }
    }
  }

  @Test func lowestTargetIsCoveredBesidesTheBest() {
    #expect(Self.targets.count > 1, "only \(Self.targets.map { String(cString: mvk_target_name($0)) }) to compare")
  }
}
