/// A kernel for resizing, stretched when shrinking so that no pixel is left out (antialiased).
public enum Resampling: String, Hashable, Sendable, Codable, CaseIterable {
  /// A triangle of half-width 1 pixel.
  case bilinear
  /// Keys's cubic with a = -0.5, of half-width 2 pixels.
  case bicubic
  /// Lanczos's windowed sinc, of half-width 3 pixels.
  case lanczos
}
