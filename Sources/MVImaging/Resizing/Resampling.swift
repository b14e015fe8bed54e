internal import MVCore

/// A kernel for resizing, stretched when shrinking so that no pixel is left out (antialiased).
public enum Resampling: String, Hashable, Sendable, Codable, CaseIterable {
  /// A triangle of half-width 1 pixel.
  case bilinear
  /// Keys's cubic with a = -0.5, of half-width 2 pixels.
  case bicubic

  /// Half the width of the kernel in source pixels, where the image does not shrink.
  var support: Double { self == .bilinear ? 1 : 2 }

  /// The kernel's value at distance `x`.
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
