import MVCore
import TestSupport
import Testing

@testable import MVNetworks

/// Layers on maps in blocks of 16 channels against libtorch's own, where the processor has them.
@Suite(.enabled(if: Torch.hasChannelBlocks)) struct ChannelBlockTests {
  /// N x C x H x W to N x C/16 x H x W x 16, or back.
  static func reordered(_ values: [Float], _ shape: [Int], intoBlocks: Bool) -> [Float] {
    let (channels, pixels) = (shape[1], shape[2] * shape[3])
    var result = values
    for image in 0..<shape[0] {
      for channel in 0..<channels {
        for pixel in 0..<pixels {
          let plain = (image * channels + channel) * pixels + pixel
          let blocked = ((image * channels / 16 + channel / 16) * pixels + pixel) * 16 + channel % 16
          if intoBlocks { result[blocked] = values[plain] } else { result[plain] = values[blocked] }
        }
      }
    }
    return result
  }

  static func draw(_ shape: [Int], _ seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<shape.reduce(1, *)).map { _ in Float(random.normal()) }
  }

  /// What one layer gives, in N x C x H x W: its output and the gradients of a weighted sum of it.
  static func results(
    of input: [Float], _ shape: [Int], blocked: Bool, others: [Tensor], _ layer: (Tensor) throws -> Tensor
  ) throws -> [[Float]] {
    let map =
      blocked
      ? try Tensor(
        reordered(input, shape, intoBlocks: true), shape: [shape[0], shape[1] / 16, shape[2], shape[3], 16])
      : try Tensor(input, shape: shape)
    try map.setRequiresGradient(true)
    let output = try layer(map)
    let form = output.shape
    let plain = blocked ? [form[0], form[1] * 16, form[2], form[3]] : form
    let weights = draw(plain, 99)
    let factor = try Tensor(blocked ? reordered(weights, plain, intoBlocks: true) : weights, shape: form)
    try output.multiplied(by: factor).sum().backward()
    func ordered(_ values: [Float], _ shape: [Int]) -> [Float] {
      blocked ? reordered(values, shape, intoBlocks: false) : values
    }
    var results = [ordered(try output.values(), plain), ordered(try #require(try map.gradient()).values(), shape)]
    for other in others {
      results.append(try #require(try other.gradient()).values())
      try other.setRequiresGradient(false)
    }
    return results
  }

  func expectEqual(_ own: [[Float]], _ torch: [[Float]], within bound: Float, _ remark: String) {
    #expect(own.count == torch.count)
    for (index, (a, b)) in zip(own, torch).enumerated() {
      let off = largestDifference(a, b) / max(1e-6, b.map(abs).max() ?? 0)
      #expect(a.count == b.count && off < bound, "\(remark), result \(index): \(off)")
    }
  }

  /// Batch, inputs, outputs, side, kernel, stride: Winograd's, direct, strided, one pixel, none but edges.
  @Test(arguments: [
    (3, 32, 48, 16, 3, 1), (5, 64, 32, 7, 3, 1), (2, 16, 16, 8, 3, 1), (2, 64, 64, 4, 3, 1), (3, 32, 64, 9, 3, 2),
    (3, 16, 32, 5, 1, 2),
    (3, 16, 32, 6, 1, 2), (2, 64, 128, 8, 1, 2), (4, 32, 16, 6, 1, 1), (3, 48, 32, 2, 3, 1), (4, 16, 32, 1, 3, 1),
    (2, 16, 16, 3, 7, 2),
    (64, 128, 128, 2, 3, 1),
  ]) func convolutionsAreThoseOfLibtorch(_ plan: (Int, Int, Int, Int, Int, Int)) throws {
    let (batch, inputs, outputs, side, kernel, stride) = plan
    let shape = [batch, inputs, side, side]
    let input = Self.draw(shape, 1)
    let form = [outputs, inputs, kernel, kernel]
    for channelsLast in [false, true] {
      let weights = try (0..<2).map { _ in
        let weight = try Tensor(Self.draw(form, 2), shape: form)
        return channelsLast ? try weight.channelsLast() : weight
      }
      for weight in weights { try weight.setRequiresGradient(true) }
      let results = try [true, false].map { blocked in
        let weight = weights[blocked ? 0 : 1]
        return try Self.results(of: input, shape, blocked: blocked, others: [weight]) {
          try $0.convolved(with: weight, stride: stride, padding: kernel / 2)
        }
      }
      // Winograd's sums over 4 x 4 tiles lose about a digit.
      expectEqual(results[0], results[1], within: 2e-5, "\(plan) \(channelsLast)")
    }
  }

  @Test(arguments: [1, 3, 16]) func theFirstConvolutionGivesBlocksOfAnyImage(_ channels: Int) throws {
    let (shape, form) = ([4, channels, 11, 11], [32, channels, 3, 3])
    let image = try Tensor(Self.draw(shape, 3), shape: shape).channelsLast()
    let weights = try (0..<2).map { _ in try Tensor(Self.draw(form, 4), shape: form).channelsLast() }
    for weight in weights { try weight.setRequiresGradient(true) }
    let blocked = try image.convolved(with: weights[0], stride: 1, padding: 1, intoBlocks: true)
    let plain = try image.convolved(with: weights[1], stride: 1, padding: 1)
    #expect(blocked.shape == [4, 2, 11, 11, 16])
    try blocked.multiplied(by: blocked).sum().backward()
    try plain.multiplied(by: plain).sum().backward()
    let own = Self.reordered(try blocked.values(), [4, 32, 11, 11], intoBlocks: false)
    let gradients = try weights.map { try #require(try $0.gradient()).values() }
    expectEqual([own, gradients[0]], [try plain.values(), gradients[1]], within: 1e-5, "\(channels) channels")
  }

  @Test(arguments: [false, true], [(1, 1), (2, 3), (8, 2)])
  func normalizationIsThatOfLibtorch(_ relu: Bool, _ plan: (side: Int, views: Int)) throws {
    let (side, views) = plan
    let shape = [6, 32, side, side]
    let input = Self.draw(shape, 5).map { $0 * 3 + 1 }
    let results = try [true, false].map { blocked -> [[Float]] in
      let weight = try Tensor(Self.draw([32], 6), shape: [32])
      let bias = try Tensor(Self.draw([32], 7), shape: [32])
      for parameter in [weight, bias] { try parameter.setRequiresGradient(true) }
      let mean = try Tensor(repeating: 0.5, shape: [32])
      let variance = try Tensor(repeating: 2, shape: [32])
      let found = try Self.results(of: input, shape, blocked: blocked, others: [weight, bias]) {
        try $0.batchNormalized(
          weight: weight, bias: bias, runningMean: mean, runningVariance: variance, views: views, momentum: 0.1,
          epsilon: 1e-5, relu: relu)
      }
      return found + [try mean.values(), try variance.values()]
    }
    expectEqual(results[0], results[1], within: 2e-5, "rectified \(relu), \(plan)")
  }

  @Test(arguments: [4, 5, 16]) func maxPoolingIsThatOfLibtorch(_ side: Int) throws {
    let shape = [3, 32, side, side]
    let input = Self.draw(shape, 8)
    let results = try [true, false].map {
      try Self.results(of: input, shape, blocked: $0, others: []) {
        try $0.maxPooled(kernel: 3, stride: 2, padding: 1)
      }
    }
    expectEqual(results[0], results[1], within: 1e-6, "side \(side)")
  }

  /// Whole networks: features, running statistics and every gradient, in blocks and not.
  @Test(
    arguments: [ResidualConfiguration.Stem.smallKernel, .cifar, .imagenet],
    [
      (ResidualConfiguration.Block.basic, ResidualConfiguration.Shortcut.projected), (.bottleneck, .projected),
      // Eight channels of zeros before the others: within blocks of 16 every channel moves.
      (.basic, .padded),
    ])
  func networksAreTheSameInBlocks(
    _ stem: ResidualConfiguration.Stem,
    _ kind: (block: ResidualConfiguration.Block, shortcut: ResidualConfiguration.Shortcut)
  ) throws {
    let (block, shortcut) = kind
    let architecture = ResidualConfiguration(
      block: block, stem: stem, stemWidth: 32, widths: [32, 48, 64], blocks: [1, 2, 1], zeroInitResidual: false,
      shortcut: shortcut)
    let results = try [true, false].map { channelsLast -> [[Float]] in
      let encoder = try Encoder(.residual(architecture), projector: [24], seed: 4, channelsLast: channelsLast)
      let images = try EncoderTests.images(channelsLast: channelsLast)
      let features = try encoder.features(of: images, .training())
      let embedding = try encoder.embedding(of: features, .training())
      try embedding.multiplied(by: embedding).sum().scaled(by: 0.01).backward()
      return [try features.values()]
        + (try encoder.state.map { try ($0.isParameter ? #require(try $0.tensor.gradient()) : $0.tensor).values() })
    }
    // The same sums in another order: were they equal, no block would have been filled.
    #expect(results[0] != results[1])
    expectEqual([results[0][0]], [results[1][0]], within: 5e-5, "features, \(stem) \(kind)")
    // A rectifier that lies within rounding of zero goes either way, and takes its share of the gradient with it: the
    // worst gradient says little, the mean of each tensor's does.
    for (index, (a, b)) in zip(results[0], results[1]).enumerated() {
      let off = zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / max(1e-6, b.reduce(0) { $0 + abs($1) })
      #expect(off < 1e-2, "\(stem) \(kind), tensor \(index): \(off)")
    }
  }

  @Test(arguments: [false, true]) func oneNumberThatIsNoneIsNotLost(_ relu: Bool) throws {
    var values = Self.draw([2, 2, 4, 4, 16], 9)
    values[100] = .nan
    let ones = try (0..<4).map { _ in try Tensor(repeating: 1, shape: [32]) }
    let normal = try Tensor(values, shape: [2, 2, 4, 4, 16]).batchNormalized(
      weight: ones[0], bias: ones[1], runningMean: ones[2], runningVariance: ones[3], views: 1, momentum: 0.1,
      epsilon: 1e-5, relu: relu)
    #expect(try !normal.isFinite())
  }

  @Test func resultsAreEqualToTheBitEveryTime() throws {
    let architecture = try #require(
      ResidualConfiguration.resNet(layers: 18, stem: .smallKernel, widths: [16, 32, 64, 64]))
    let runs = try (0..<2).map { _ -> [[Float]] in
      let encoder = try Encoder(.residual(architecture), projector: [32], seed: 1)
      let features = try encoder.features(of: EncoderTests.images(channelsLast: true), .training())
      try features.sum().backward()
      return try encoder.backbone.state.filter(\.isParameter).map { try #require(try $0.tensor.gradient()).values() }
    }
    #expect(runs[0] == runs[1])
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let map = try Tensor(repeating: 1, shape: [2, 2, 4, 4, 16])
    let narrow = try Tensor(repeating: 1, shape: [32, 16, 3, 3])
    let odd = try Tensor(repeating: 1, shape: [20, 32, 3, 3])
    let oblong = try Tensor(repeating: 1, shape: [16, 32, 3, 1])
    for (weight, problem) in [
      (narrow, "the weight is for 16 channels"), (odd, "blocks hold 16 channels"), (oblong, "squares"),
    ] {
      let error = #expect(throws: MVError.self) { try map.convolved(with: weight, stride: 1, padding: 1) }
      #expect("\(try #require(error))".contains(problem))
    }
    let eight = try Tensor(repeating: 1, shape: [2, 2, 4, 4, 8])
    #expect(throws: MVError.self) { try eight.maxPooled(kernel: 3, stride: 2, padding: 1) }
    let few = try Tensor(repeating: 0, shape: [16])
    #expect(throws: MVError.self) {
      try map.batchNormalized(
        weight: few, bias: few, runningMean: few, runningVariance: few, views: 1, momentum: 0.1, epsilon: 1e-5,
        relu: false)
    }
    let zeros = try Tensor(repeating: 0, shape: [32])
    #expect(throws: MVError.self) {
      try map.batchNormalized(
        weight: zeros, bias: zeros, runningMean: zeros, runningVariance: zeros, views: 0, momentum: 0.1,
        epsilon: 1e-5, relu: false)
    }
  }
}
