internal import Foundation
internal import MVCore

/// Draws the starting values of a network; each tensor has a random stream of its own, keyed by its place in the
/// network.
///
/// Without a seed every value is zero, which takes no time: for networks whose weights are read afterwards.
struct WeightInitializer {
  /// The first key of its random streams; MVTraining's `RandomStream` numbers the others.
  private static let stream: UInt64 = 1
  private let seed: UInt64?
  private var index: UInt64 = 0

  init(seed: UInt64?) { self.seed = seed }

  private mutating func tensor(
    _ shape: [Int], _ draw: (inout SeededGenerator) -> Double
  ) throws(MVError) -> Tensor {
    guard let seed else { return try Tensor(repeating: 0, shape: shape) }
    var generator = SeededGenerator(seed: seed, keys: Self.stream, index)
    index += 1
    return try Tensor((0..<shape.reduce(1, *)).map { _ in Float(draw(&generator)) }, shape: shape)
  }

  /// Draws normal values of variance 2 / fan-out, for convolutions before a rectifier (He and others 2015;
  /// torchvision).
  mutating func convolution(outputs: Int, inputs: Int, kernel: Int) throws(MVError) -> Tensor {
    let deviation = (2 / Double(outputs * kernel * kernel)).squareRoot()
    return try normal([outputs, inputs, kernel, kernel], deviation: deviation)
  }

  /// Draws normal values around 0.
  mutating func normal(_ shape: [Int], deviation: Double) throws(MVError) -> Tensor {
    try tensor(shape) { $0.normal() * deviation }
  }

  /// Draws uniform values in +-1 / sqrt(fan-in), as torch.nn.Linear starts.
  mutating func linear(outputs: Int, inputs: Int) throws(MVError) -> Tensor {
    try uniform([outputs, inputs], fanIn: inputs)
  }

  /// Draws uniform values in +-1 / sqrt(fan-in), as layers of PyTorch start.
  mutating func uniform(_ shape: [Int], fanIn: Int) throws(MVError) -> Tensor {
    let bound = 1 / Double(fanIn).squareRoot()
    return try tensor(shape) { $0.uniform(in: -bound...bound) }
  }
}
