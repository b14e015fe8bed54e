internal import MVCore

/// The sizes in a scattering transform: of the image, of the periodic plane it is computed on, and of its output.
struct ScatteringGeometry: Hashable {
  /// J: coefficients are averaged over 2^J pixels.
  let scales: Int
  /// The image's height and width in pixels.
  let height: Int, width: Int
  /// The periodic plane's height and width, multiples of 2^J; all convolutions are circular on it.
  let paddedHeight: Int, paddedWidth: Int

  /// Computes the size of the plane that kymatio computes on.
  ///
  /// Without `prePadded` a side M grows to (M div 2^J + 2) 2^J; with it, the side must already be such a number.
  /// Throws, naming the setting, where the image is too small for `scales`.
  init(shape: ImageShape, scales: Int, prePadded: Bool) throws(MVError) {
    let step = 1 << scales
    self.scales = scales
    (height, width) = (shape.height, shape.width)
    let smallest = min(height, width)
    if prePadded {
      guard height.isMultiple(of: step), width.isMultiple(of: step), smallest >= 3 * step else {
        throw .usage(
          "setting pre_pad=true",
          "of scattering needs sides that are multiples of 2^J = \(step), at least \(3 * step) pixels; images are \(shape)",
          remedy: "pad the images to such a size, lower J or set pre_pad=false")
      }
      (paddedHeight, paddedWidth) = (height, width)
    } else {
      guard step <= smallest else {
        throw .usage(
          "setting J=\(scales)", "of scattering needs sides of at least 2^J = \(step) pixels; images are \(shape)",
          remedy: "lower J or use larger images")
      }
      (paddedHeight, paddedWidth) = ((height / step + 2) * step, (width / step + 2) * step)
    }
  }

  /// The number of rows of a coefficient: one per 2^J pixels, without the one at each border that holds padding.
  var outputHeight: Int { paddedHeight / (1 << scales) - 2 }
  /// The number of columns of a coefficient.
  var outputWidth: Int { paddedWidth / (1 << scales) - 2 }

  /// For each padded row, the image's row that stands there: mirrored about the border rows, which are not repeated.
  var rows: [Int] { Self.mirrored(height, paddedHeight) }
  /// For each padded column, the image's column that stands there.
  var columns: [Int] { Self.mirrored(width, paddedWidth) }

  private static func mirrored(_ side: Int, _ padded: Int) -> [Int] {
    let before = (padded - side) / 2
    let period = max(1, 2 * (side - 1))
    return (0..<padded).map { index in
      let phase = (((index - before) % period) + period) % period
      return min(phase, period - phase)
    }
  }
}
