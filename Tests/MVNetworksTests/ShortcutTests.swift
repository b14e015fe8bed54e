import MVCore
import TestSupport
import Testing

@testable import MVNetworks

/// What joins residual blocks, of bfloat16 values whose channels are fastest in memory, against the same numbers
/// in float32.
@Suite struct ShortcutTests {
  private static let shape = [6, 16, 8, 8]

  /// The output of a layer, and the gradients of a weighted sum of it by both maps.
  private func results(
    halved isHalved: Bool, _ layer: (Tensor, Tensor) throws -> Tensor
  ) throws -> [[Float]] {
    let maps = try [1, 2].map { seed in
      try Tensor(HalvedNormalizationTests.draw(Self.shape.reduce(1, *), seed), shape: Self.shape)
    }
    for map in maps { try map.setRequiresGradient(true) }
    let inputs = try maps.map { isHalved ? try HalvedNormalizationTests.halved($0) : $0 }
    let output = try layer(inputs[0], inputs[1])
    #expect(output.isBFloat16 == isHalved)
    let factor = try Tensor(
      HalvedNormalizationTests.draw(output.shape.reduce(1, *), 3), shape: output.shape)
    try output.float32().multiplied(by: factor).sum().backward()
    return try [output.float32().values()] + maps.map { try $0.gradient()?.values() ?? [] }
  }

  private func expectEqual(within bound: Float, _ layer: (Tensor, Tensor) throws -> Tensor) throws {
    let own = try results(halved: true, layer), exact = try results(halved: false, layer)
    for (index, (a, b)) in zip(own, exact).enumerated() {
      #expect(a.count == b.count && (b.isEmpty || b.contains { $0 != 0 }), "result \(index)")
      let off = largestDifference(a, b)
      #expect(off <= bound * (b.map(abs).max() ?? 0), "result \(index): \(off)")
    }
  }

  /// Sums of multiples of 1/8 below 32 are exact, and a good part of these is 0.
  @Test func rectifiedSumsAndTheirGradientsAreExact() throws {
    try expectEqual(within: 0) { try $0.addingThenRelu($1) }
    // One map twice, as its own shortcut; then below another layer.
    try expectEqual(within: 0) { (left, right) in try left.addingThenRelu(left).addingThenRelu(right) }
    try expectEqual(within: 1.0 / 128) { try $0.addingThenRelu($1).globalAveragePooled() }
  }

  @Test(arguments: [2, 3, 8]) func pixelsThatAreLeftOutHaveNoGradient(_ stride: Int) throws {
    try expectEqual(within: 0) { (left, _) in try left.padded(stride: stride, channels: 8) }
    let weight = try Tensor((0..<16 * 16).map { $0 % 17 == 0 ? 1 : 0 }, shape: [16, 16, 1, 1]).channelsLast()
    let results = try [true, false].map {
      try self.results(halved: $0) { (left, right) in
        try Torch.withProducts(of: left.isBFloat16 ? .bfloat16 : nil) { () throws(MVError) in
          try left.addingThenRelu(right).convolved(with: weight, stride: stride, padding: 0)
        }
      }
    }
    #expect(results[0] == results[1])
    let side = Self.shape[3]
    for (place, value) in results[0][1].enumerated() {
      let (row, column) = (place / side % side, place % side)
      if row % stride != 0 || column % stride != 0 { #expect(value == 0) }
    }
  }
}
