import MVCore
import TestSupport
import Testing

@testable import MVNetworks

/// Convolutions in bfloat16, the gradient of whose weight is computed in pieces of the batch.
///
/// That holds for Debian's libtorch on processors that multiply bfloat16; elsewhere libtorch's own are tested.
@Suite(.enabled(if: Torch.hasFastBFloat16)) struct PiecewiseConvolutionTests {
  /// The output, and the gradients of map and weight, of a weighted sum of it.
  private static func results(_ plan: Plan, channelsLast: Bool, halved: Bool) throws -> [[Float]] {
    let form = [plan.outputs, plan.shape[1], plan.kernel, plan.kernel]
    let map = try Tensor(TapProductTests.draw(plan.shape.reduce(1, *), 1), shape: plan.shape)
    let weight = try Tensor(TapProductTests.draw(form.reduce(1, *), 2), shape: form)
    let (laidMap, laidWeight) = channelsLast ? (try map.channelsLast(), try weight.channelsLast()) : (map, weight)
    for leaf in [laidMap, laidWeight] { try leaf.setRequiresGradient(true) }
    let output = try Torch.withProducts(of: halved ? .bfloat16 : nil) { () throws(MVError) in
      try laidMap.convolved(with: laidWeight, stride: plan.stride, padding: plan.padding)
    }
    #expect(output.isBFloat16 == halved)
    let result = try output.float32()
    let factor = try Tensor(TapProductTests.draw(result.count, 3), shape: result.shape)
    try result.multiplied(by: factor).sum().backward()
    return try [result.values()] + [laidMap, laidWeight].map { try #require(try $0.gradient()).values() }
  }

  struct Plan: Sendable {
    let shape: [Int]
    let outputs: Int
    var kernel = 3
    var stride = 2
    var padding = 1
  }

  @Test(arguments: [
    Plan(shape: [8, 16, 16, 16], outputs: 32), Plan(shape: [3, 32, 9, 12], outputs: 16),
    Plan(shape: [1, 16, 8, 8], outputs: 16), Plan(shape: [5, 3, 32, 32], outputs: 64, kernel: 7, padding: 3),
    Plan(shape: [4, 16, 12, 12], outputs: 16, stride: 3), Plan(shape: [7, 16, 10, 10], outputs: 16, stride: 1),
    Plan(shape: [6, 32, 8, 8], outputs: 48, kernel: 1, stride: 1, padding: 0),
  ])
  func areTheConvolutionOfTheSameNumbers(_ plan: Plan) throws {
    for channelsLast in [true, false] {
      let own = try Self.results(plan, channelsLast: channelsLast, halved: true)
      let exact = try Self.results(plan, channelsLast: channelsLast, halved: false)
      for (index, (a, b)) in zip(own, exact).enumerated() {
        // A rounding to bfloat16, of 8 bits, for every piece and at the end.
        let largest = b.map(abs).max() ?? 0
        let worst = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
        #expect(a.count == b.count && worst <= largest / 64, "\(plan) \(channelsLast), result \(index): \(worst)")
      }
    }
  }

  /// A wrong shape is an error from another thread as from this one.
  @Test func errorsComeBack() throws {
    let map = try Tensor([Float](repeating: 0, count: 64), shape: [2, 2, 4, 4])
    let weight = try Tensor([Float](repeating: 0, count: 27), shape: [1, 3, 3, 3])
    #expect(throws: MVError.self) {
      try Torch.withProducts(of: .bfloat16) { () throws(MVError) in
        try map.convolved(with: weight, stride: 2, padding: 1)
      }
    }
  }
}
