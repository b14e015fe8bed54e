internal import CKernels

extension RGBImage {
  /// Replaces each value by the entry of its channel's table.
  private func mapped(by tables: [[UInt8]]) -> RGBImage {
    let joined = Array(tables.joined())
    return changed { mvk_map_channels($0.baseAddress, $0.count / 3, joined) }
  }

  /// The histogram of each channel, 256 counts.
  private var histograms: [[Int]] {
    var counts = [UInt32](repeating: 0, count: 3 * 256)
    mvk_channel_histograms(pixels, height * width, &counts)
    return (0..<3).map { channel in counts[channel * 256..<(channel + 1) * 256].map(Int.init) }
  }

  /// Keeps the bits of `mask`, and inverts the values that are at least `threshold`.
  private func masked(by mask: UInt8 = 255, invertingFrom threshold: Int = 256) -> RGBImage {
    changed { mvk_mask_and_invert($0.baseAddress, $0.count, mask, UInt32(threshold)) }
  }

  /// Keeps the `bits` highest bits of each value, 0...8 (Pillow's ImageOps.posterize).
  func posterized(bits: Int) -> RGBImage {
    precondition((0...8).contains(bits), "a value has 8 bits, not \(bits)")
    return masked(by: UInt8(truncatingIfNeeded: ~((1 << (8 - bits)) - 1)))
  }

  /// Inverts the values that are at least `threshold` (Pillow's ImageOps.solarize).
  func solarized(threshold: Double) -> RGBImage {
    masked(invertingFrom: Int(max(0, min(256, threshold.rounded(.up)))))
  }

  /// Inverts every value (Pillow's ImageOps.invert).
  func inverted() -> RGBImage { masked(invertingFrom: 0) }

  /// Stretches each channel so that its darkest value is 0 and its brightest 255 (Pillow's ImageOps.autocontrast).
  func autoContrasted() -> RGBImage {
    mapped(
      by: histograms.map { counts in
        guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }), low < high
        else { return Array(0...255) }
        let scale = 255 / Double(high - low)
        let offset = -Double(low) * scale
        return (0..<256).map { UInt8(max(0, min(255, Double($0) * scale + offset))) }
      })
  }

  /// Replaces each channel's values by their ranks (Pillow's ImageOps.equalize).
  func equalized() -> RGBImage {
    mapped(
      by: histograms.map { counts in
        let present = counts.filter { $0 > 0 }
        let step = (height * width - (present.last ?? 0)) / 255
        guard present.count > 1, step > 0 else { return Array(0...255) }
        var sum = step / 2
        return counts.map { count in
          defer { sum += count }
          return UInt8(min(255, sum / step))
        }
      })
  }

  /// Changes the sharpness: 0 is smoothed by a 3x3 kernel of 1 around 5, 1 the same (Pillow's ImageEnhance.Sharpness).
  func adjustingSharpness(by factor: Double) -> RGBImage {
    RGBImage(height: height, width: width) { target in
      mvk_sharpen(pixels, height, width, Float(factor), target.baseAddress)
    }
  }
}
