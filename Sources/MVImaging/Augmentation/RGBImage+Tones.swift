extension RGBImage {
  /// Replaces each value by the entry of its channel's table.
  private func mapped(by tables: [[UInt8]]) -> RGBImage {
    RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for index in 0..<source.count { target[index] = tables[index % 3][Int(source[index])] }
      }
    }
  }

  private func mapped(_ value: (UInt8) -> UInt8) -> RGBImage {
    mapped(by: [[UInt8]](repeating: (0...255).map { value(UInt8($0)) }, count: 3))
  }

  /// The histogram of each channel, 256 counts.
  private var histograms: [[Int]] {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 3)
    for index in pixels.indices { counts[index % 3][Int(pixels[index])] += 1 }
    return counts
  }

  /// Keeps the `bits` highest bits of each value, 0...8 (Pillow's ImageOps.posterize).
  func posterized(bits: Int) -> RGBImage {
    precondition((0...8).contains(bits), "a value has 8 bits, not \(bits)")
    let mask = UInt8(truncatingIfNeeded: ~((1 << (8 - bits)) - 1))
    return mapped { $0 & mask }
  }

  /// Inverts the values that are at least `threshold` (Pillow's ImageOps.solarize).
  func solarized(threshold: Double) -> RGBImage { mapped { Double($0) < threshold ? $0 : 255 - $0 } }

  /// Inverts every value (Pillow's ImageOps.invert).
  func inverted() -> RGBImage { mapped { 255 - $0 } }

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
    let smooth = smoothed().pixels
    return smooth.withUnsafeBufferPointer { smooth in blended(by: factor) { smooth[$0] } }
  }

  /// The weighted mean of 3x3 pixels, 5/13 for the middle one; the border is kept (Pillow's ImageFilter.SMOOTH).
  private func smoothed() -> RGBImage {
    let line = width * 3
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        _ = target.update(fromContentsOf: source)
        guard height > 2, width > 2 else { return }
        for row in 1..<height - 1 {
          for place in row * line + 3..<(row + 1) * line - 3 {
            var sum = 4 * Int(source[place])
            for beside in [-line, 0, line] {
              for step in [-3, 0, 3] { sum += Int(source[place + beside + step]) }
            }
            // To nearest; thirteenths are never halves.
            target[place] = UInt8((2 * sum + 13) / 26)
          }
        }
      }
    }
  }
}
