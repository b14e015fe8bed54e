public import MVCore

extension RGBImage {
  /// The rectangle from `top`, `left`; black where it reaches beyond the image.
  public func cropped(top: Int, left: Int, height: Int, width: Int) -> RGBImage {
    let columns = max(0, left)..<max(0, left, min(self.width, left + width))
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<height where (0..<self.height).contains(top + row) && !columns.isEmpty {
          let from = ((top + row) * self.width + columns.lowerBound) * 3
          let to = (row * width + columns.lowerBound - left) * 3
          (target.baseAddress! + to).update(from: source.baseAddress! + from, count: columns.count * 3)
        }
      }
    }
  }

  /// Left and right exchanged.
  public func flippedHorizontally() -> RGBImage {
    RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<height {
          for column in 0..<width {
            let from = (row * width + column) * 3
            let to = (row * width + width - 1 - column) * 3
            for channel in 0..<3 { target[to + channel] = source[from + channel] }
          }
        }
      }
    }
  }

  /// Another size, without aliasing, as Pillow's `resize` of an 8-bit image: columns first, then rows, each rounded to
  /// whole values. (Pillow 13 takes rows first where they shrink more, and then differs by one at most.)
  public func resized(to size: ImageSize, filter: ResamplingFilter = .bilinear) -> RGBImage {
    var image = self
    if size.width != width {
      let weights = ResamplingWeights(from: width, to: size.width, filter: filter)
      image = image.resampled(
        height: height, width: size.width, weights, lines: height, lineStride: (width * 3, size.width * 3),
        stepStride: 3, lanes: 3)
    }
    if size.height != height {
      let weights = ResamplingWeights(from: height, to: size.height, filter: filter)
      // All columns of a row share one set of weights, so a whole row is one step.
      image = image.resampled(
        height: size.height, width: size.width, weights, lines: 1, lineStride: (0, 0), stepStride: size.width * 3,
        lanes: size.width * 3)
    }
    return image
  }

  /// Resamples along one axis: each of `lines` holds steps of `lanes` neighbouring values, `stepStride` apart.
  private func resampled(
    height: Int, width: Int, _ weights: ResamplingWeights, lines: Int, lineStride: (source: Int, target: Int),
    stepStride: Int, lanes: Int
  ) -> RGBImage {
    let half = Int32(1) << Int32(ResamplingWeights.bits - 1)
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        weights.weights.withUnsafeBufferPointer { table in
          for line in 0..<lines {
            for (place, span) in weights.spans.enumerated() {
              let from = line * lineStride.source + span.start * stepStride
              let to = line * lineStride.target + place * stepStride
              for lane in 0..<lanes {
                var sum = half
                for tap in 0..<span.count {
                  let value = Int32(source[from + tap * stepStride + lane])
                  sum = sum &+ value &* table[place * weights.stride + tap]
                }
                target[to + lane] = UInt8(max(0, min(255, sum >> Int32(ResamplingWeights.bits))))
              }
            }
          }
        }
      }
    }
  }
}
