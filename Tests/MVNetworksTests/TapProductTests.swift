import MVCore
import TestSupport
import Testing

@testable import MVNetworks

/// Convolutions of small maps in bfloat16, which are computed as products of matrices.
///
/// That holds for Debian's libtorch on processors that multiply bfloat16; elsewhere libtorch's own are tested.
@Suite(.enabled(if: Torch.hasFastBFloat16)) struct TapProductTests {
  /// Small multiples of 1/8: bfloat16 holds them, their products and, nearly, their sums.
  static func draw(_ count: Int, _ seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(Int(random.uniform(in: -8...8).rounded())) / 8 }
  }

  /// The output, and the gradients of map and weight, of a weighted sum of it.
  static func results(_ shape: [Int], outputs: Int, channelsLast: Bool, halved: Bool) throws -> [[Float]] {
    let form = [outputs, shape[1], 3, 3]
    let map = try Tensor(draw(shape.reduce(1, *), 1), shape: shape)
    let weight = try Tensor(draw(form.reduce(1, *), 2), shape: form)
    let (laidMap, laidWeight) = channelsLast ? (try map.channelsLast(), try weight.channelsLast()) : (map, weight)
    for leaf in [laidMap, laidWeight] { try leaf.setRequiresGradient(true) }
    let output = try Torch.withProducts(of: halved ? .bfloat16 : nil) { () throws(MVError) in
      try laidMap.convolved(with: laidWeight, stride: 1, padding: 1)
    }
    #expect(output.isBFloat16 == halved)
    let result = try output.float32()
    let factor = try Tensor(draw(result.count, 3), shape: result.shape)
    try result.multiplied(by: factor).sum().backward()
    return try [result.values()] + [laidMap, laidWeight].map { try #require(try $0.gradient()).values() }
  }

  @Test(arguments: [
    (3, 128, 160, [2, 2]), (2, 160, 128, [4, 4]), (5, 128, 128, [1, 2]), (2, 128, 128, [3, 4]), (3, 256, 128, [1, 1]),
    (2, 128, 128, [4, 1]),
  ])
  func areTheConvolutionOfTheSameNumbers(_ plan: (Int, Int, Int, [Int])) throws {
    let shape = [plan.0, plan.1] + plan.3
    for channelsLast in [true, false] {
      let own = try Self.results(shape, outputs: plan.2, channelsLast: channelsLast, halved: true)
      let exact = try Self.results(shape, outputs: plan.2, channelsLast: channelsLast, halved: false)
      for (index, (a, b)) in zip(own, exact).enumerated() {
        // One rounding to bfloat16, of 8 bits, at the end.
        let worst = zip(a, b).map { abs($0 - $1) - abs($1) / 256 }.max() ?? .infinity
        #expect(a.count == b.count && worst < 1e-4, "\(shape) \(channelsLast), result \(index): \(worst)")
      }
    }
  }
}
