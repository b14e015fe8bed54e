internal import Foundation
internal import MVCore

/// Draws the starting values of a network; each tensor has a random stream of its own, keyed by its place in the
/// network.
struct WeightInitializer {
  /// The first key of its random streams; MVTraining's `RandomStream` numbers the others.
  private static let stream: UInt64 = 1
  private let seed: UInt64
  private var index: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  private mutating func values(_ count: Int, _ draw: (inout SeededGenerator) -> Double) -> [Float] {
    var generator = SeededGenerator(seed: seed, keys: Self.stream, index)
    index += 1
    return (0..<count).map { _ in Float(draw(&generator)) }
  }

  /// Draws normal values of variance 2 / fan-out, for convolutions before a rectifier (He and others 2015;
  /// torchvision).
  mutating func convolution(outputs: Int, inputs: Int, kernel: Int) throws(MVError) -> Tensor {
    let deviation = (2 / Double(outputs * kernel * kernel)).squareRoot()
    let shape = [outputs, inputs, kernel, kernel]
    return try Tensor(values(shape.reduce(1, *)) { $0.normal() * deviation }, shape: shape)
  }

  /// Draws uniform values in +-1 / sqrt(fan-in), as torch.nn.Linear starts.
  mutating func linear(outputs: Int, inputs: Int) throws(MVError) -> Tensor {
    let bound = 1 / Double(inputs).squareRoot()
    return try Tensor(values(outputs * inputs) { $0.uniform(in: -bound...bound) }, shape: [outputs, inputs])
  }
}
