/// A separable resampling kernel, stretched when shrinking so that no pixel is left out (antialiased).
public enum Resampling: String, Hashable, Sendable, Codable, CaseIterable {
  /// A triangle of half-width 1.
  case bilinear
  /// Keys' cubic with a = -0.5, half-width 2.
  case bicubic

  /// Half the width of the kernel, in source pixels at scale 1.
  var support: Double { self == .bilinear ? 1 : 2 }

  /// The kernel at `x`.
  func callAsFunction(_ x: Double) -> Double {
    let distance = abs(x)
    switch self {
    case .bilinear: return max(0, 1 - distance)
    case .bicubic:
      if distance < 1 { return (1.5 * distance - 2.5) * distance * distance + 1 }
      if distance < 2 { return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 }
      return 0
    }
  }
}

/// For each target pixel of one axis: which source pixels it sees, and how much of each, in 22-bit fixed point.
///
/// The arithmetic is that of Pillow's 8-bit resize, so that images resized here are those of torchvision's pipelines.
struct ResamplingWeights {
  static let precision: Int32 = 32 - 8 - 2
  /// First source pixel of each target pixel.
  let starts: [Int]
  /// `span` weights a target pixel; unused ones are zero.
  let weights: [Int32]
  let span: Int

  /// Weights that map source interval `origin..<origin + extent` of an axis of `source` pixels onto `target` pixels.
  init(source: Int, origin: Double, extent: Double, target: Int, kernel: Resampling) {
    let scale = extent / Double(target)
    let filterScale = max(scale, 1)
    let support = kernel.support * filterScale
    span = Int(support.rounded(.up)) * 2 + 1
    var starts = [Int](repeating: 0, count: target)
    var weights = [Int32](repeating: 0, count: target * span)
    for pixel in 0..<target {
      let centre = origin + (Double(pixel) + 0.5) * scale
      let first = max(0, Int(centre - support + 0.5))
      let end = min(source, Int(centre + support + 0.5))
      let raw = (first..<max(first, end)).map { kernel((Double($0) - centre + 0.5) / filterScale) }
      let sum = raw.reduce(0, +)
      starts[pixel] = first
      for (place, value) in raw.enumerated() where sum != 0 {
        let scaled = value / sum * Double(Int32(1) << Self.precision)
        weights[pixel * span + place] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
      }
    }
    self.starts = starts
    self.weights = weights
  }
}
