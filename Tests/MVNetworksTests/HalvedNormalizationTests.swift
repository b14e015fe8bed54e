import MVCore
import TestSupport
import Testing

@testable import MVNetworks

/// Batch normalization of bfloat16 values whose channels are fastest in memory, against libtorch's of the same numbers
/// in float32.
@Suite struct HalvedNormalizationTests {
  /// Multiples of 1/8 about `center`, which bfloat16 holds.
  static func draw(_ count: Int, _ seed: UInt64, about center: Float = 0) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in center + Float(Int(random.uniform(in: -8...8).rounded())) / 8 }
  }

  /// The same values in bfloat16: a product with the identity, which rounds nothing here.
  static func halved(_ map: Tensor) throws -> Tensor {
    let channels = map.shape[1]
    let identity = (0..<channels * channels).map { Float($0 % (channels + 1) == 0 ? 1 : 0) }
    let flat = map.shape.count == 2
    let weight = try Tensor(identity, shape: flat ? [channels, channels] : [channels, channels, 1, 1])
    let result = try Torch.withProducts(of: .bfloat16) { () throws(MVError) in
      flat
        ? try map.linear(weight: weight, bias: nil)
        : try map.channelsLast().convolved(with: weight.channelsLast(), stride: 1, padding: 0)
    }
    #expect(result.isBFloat16)
    return result
  }

  /// The output, the running statistics, and the gradients of a weighted sum of the output by map, weight and bias.
  static func results(_ values: [Float], _ shape: [Int], relu: Bool, views: Int, halved isHalved: Bool) throws
    -> [[Float]]
  {
    let channels = shape[1]
    let map = try Tensor(values, shape: shape)
    let weight = try Tensor(draw(channels, 2, about: 1.5), shape: [channels])
    let bias = try Tensor(draw(channels, 3), shape: [channels])
    for leaf in [map, weight, bias] { try leaf.setRequiresGradient(true) }
    let mean = try Tensor(repeating: 0, shape: [channels]), variance = try Tensor(repeating: 1, shape: [channels])
    let input = isHalved ? try halved(map) : map
    let output = try input.batchNormalized(
      weight: weight, bias: bias, runningMean: mean, runningVariance: variance, views: views, momentum: 0.1,
      epsilon: 1e-5, relu: relu
    ).float32()
    let factor = try Tensor(draw(values.count, 4), shape: shape)
    try output.multiplied(by: factor).sum().backward()
    return try [output.values(), mean.values(), variance.values()]
      + [map, weight, bias].map { try #require(try $0.gradient()).values() }
  }

  @Test(arguments: [[6, 16, 5, 7], [4, 64, 4, 4], [4, 48, 1, 1], [8, 32], [40, 16, 32, 32], [2, 160, 3, 1]])
  func isThatOfTheSameNumbers(_ shape: [Int]) throws {
    let count = shape.reduce(1, *)
    for (relu, views, center) in [(true, 1, Float(0)), (false, 1, 3), (true, 2, 1)] {
      let values = Self.draw(count, 1, about: center)
      let own = try Self.results(values, shape, relu: relu, views: views, halved: true)
      let exact = try Self.results(values, shape, relu: relu, views: views, halved: false)
      for (index, (a, b)) in zip(own, exact).enumerated() {
        // Outputs and the map's gradients are rounded once to bfloat16, of 8 bits.
        let largest = b.map(abs).max() ?? 0
        let worst = zip(a, b).map { abs($0 - $1) - abs($1) / 256 }.max() ?? .infinity
        #expect(
          a.count == b.count && worst <= 2e-5 * (1 + largest), "\(shape) \(relu) \(views), result \(index): \(worst)")
      }
    }
  }

  @Test func aBrokenValueStays() throws {
    var values = Self.draw(4 * 16, 1)
    values[5] = .nan
    let map = try Self.halved(Tensor(values, shape: [4, 16]))
    let ones = try Tensor(repeating: 1, shape: [16])
    let output = try map.batchNormalized(
      weight: ones, bias: Tensor(repeating: 0, shape: [16]), runningMean: Tensor(repeating: 0, shape: [16]),
      runningVariance: Tensor(repeating: 1, shape: [16]), views: 1, momentum: 0.1, epsilon: 1e-5, relu: true
    ).float32().values()
    // A product with the identity spreads it over its row: no column is left whole.
    #expect(output.allSatisfy { $0.isNaN })
  }
}
