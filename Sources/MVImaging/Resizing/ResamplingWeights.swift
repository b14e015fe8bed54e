/// The source pixels that each target pixel of one axis is made of, and their weights in 22-bit fixed point.
///
/// The arithmetic is that of Pillow's 8-bit resize, so that images resized here equal those of torchvision's pipelines.
struct ResamplingWeights {
  static let precision: Int32 = 32 - 8 - 2
  /// The first source pixel of each target pixel.
  let starts: [Int]
  /// The weights, `span` per target pixel; unused ones are zero.
  let weights: [Int32]
  let span: Int

  /// Computes the weights that map `interval` of an axis of `source` pixels onto `target` pixels.
  init(source: Int, interval: Range<Double>, target: Int, kernel: Resampling) {
    let origin = Float(interval.lowerBound)
    let scale = Double(Float(interval.upperBound) - origin) / Double(target)
    let filterScale = max(scale, 1)
    let step = 1 / filterScale
    let support = kernel.support * filterScale
    span = Int(support.rounded(.up)) * 2 + 1
    var starts = [Int](repeating: 0, count: target)
    var weights = [Int32](repeating: 0, count: target * span)
    for pixel in 0..<target {
      let center = Double(origin) + (Double(pixel) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let end = min(source, Int(center + support + 0.5))
      let raw = (first..<max(first, end)).map { kernel((Double($0) - center + 0.5) * step) }
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

extension ResamplingWeights {
  private init(starts: [Int], weights: [Int32], span: Int) {
    self.starts = starts
    self.weights = weights
    self.span = span
  }

  /// The same weights for an axis that lacks its first `pixels` pixels.
  func shifted(by pixels: Int) -> ResamplingWeights {
    ResamplingWeights(starts: starts.map { $0 - pixels }, weights: weights, span: span)
  }

  /// Resamples along one axis: each line holds `limit` groups of `inner` values, `step` apart, from `offset` on.
  func applied(
    to source: [UInt8], lines: Range<Int>, lineStride: Int, step: Int, offset: Int = 0, inner: Int, limit: Int
  ) -> [UInt8] {
    let target = starts.count
    return [UInt8](unsafeUninitializedCapacity: lines.count * target * inner) { result, count in
      var sums = [Int32](repeating: 0, count: inner)
      source.withUnsafeBufferPointer { source in
        weights.withUnsafeBufferPointer { weights in
          sums.withUnsafeMutableBufferPointer { sums in
            for line in lines {
              for pixel in 0..<target {
                sums.update(repeating: Int32(1) << (Self.precision - 1))
                for tap in 0..<min(span, limit - starts[pixel]) {
                  let weight = weights[pixel * span + tap]
                  guard weight != 0 else { continue }
                  let from = offset + line * lineStride + (starts[pixel] + tap) * step
                  for place in 0..<inner { sums[place] &+= weight &* Int32(source[from + place]) }
                }
                let to = ((line - lines.lowerBound) * target + pixel) * inner
                for place in 0..<inner { result[to + place] = UInt8(clamping: sums[place] >> Self.precision) }
              }
            }
          }
        }
      }
      count = lines.count * target * inner
    }
  }
}
