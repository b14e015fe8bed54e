/// The weight of a pixel at a distance from the place that is sampled; widened where an image shrinks, so that nothing
/// aliases (Pillow's resampling).
public enum ResamplingFilter: String, Hashable, Sendable, Codable, CaseIterable {
  /// A triangle over two pixels.
  case bilinear
  /// Keys' cubic with a = -0.5, over four pixels.
  case bicubic

  var support: Double { self == .bilinear ? 1 : 2 }

  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return max(0, 1 - x)
    case .bicubic:
      if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    }
  }
}

/// The weights of one axis of a resize, in 22-bit fixed point as Pillow uses for 8-bit images.
struct ResamplingWeights {
  static let bits = 22
  /// The first source pixel of each target pixel, and how many follow.
  let spans: [(start: Int, count: Int)]
  /// `stride` weights a target pixel.
  let weights: [Int32]
  let stride: Int

  init(from source: Int, to target: Int, filter: ResamplingFilter) {
    let scale = Double(source) / Double(target)
    let widening = max(scale, 1)
    let support = filter.support * widening
    stride = Int(support.rounded(.up)) * 2 + 1
    var spans: [(start: Int, count: Int)] = []
    var weights = [Int32](repeating: 0, count: target * stride)
    for place in 0..<target {
      let centre = (Double(place) + 0.5) * scale
      let start = max(0, Int(centre - support + 0.5))
      let count = min(source, Int(centre + support + 0.5)) - start
      let real = (0..<count).map { filter.weight((Double($0 + start) - centre + 0.5) / widening) }
      let sum = real.reduce(0, +)
      for (index, weight) in real.enumerated() {
        let scaled = (sum == 0 ? weight : weight / sum) * Double(1 << ResamplingWeights.bits)
        weights[place * stride + index] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
      }
      spans.append((start, count))
    }
    self.spans = spans
    self.weights = weights
  }
}
