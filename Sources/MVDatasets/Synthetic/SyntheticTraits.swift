/// What tells the classes of the synthetic set apart.
struct SyntheticTraits: Sendable {
  enum Hue: Double, Sendable { case red = 0.02, green = 0.36, blue = 0.62 }
  /// Degrees of the grating's normal.
  enum Orientation: Double, Sendable { case upright = 0, slanted = 60, lying = 120 }
  /// What fills the shape, at the scale of single pixels.
  enum Pattern: Sendable { case checks, dots, plain }
  enum Outline: Sendable { case disc, square, cross }

  let hue: Hue
  let orientation: Orientation
  let pattern: Pattern
  let outline: Outline

  var name: String { "\(hue) \(orientation) \(pattern) \(outline)" }

  /// Pairs that differ in one trait alone make every representation necessary.
  static let classes = [
    SyntheticTraits(hue: .red, orientation: .upright, pattern: .checks, outline: .disc),
    SyntheticTraits(hue: .green, orientation: .upright, pattern: .checks, outline: .disc),
    SyntheticTraits(hue: .red, orientation: .slanted, pattern: .dots, outline: .square),
    SyntheticTraits(hue: .blue, orientation: .slanted, pattern: .dots, outline: .square),
    SyntheticTraits(hue: .green, orientation: .lying, pattern: .checks, outline: .square),
    SyntheticTraits(hue: .green, orientation: .lying, pattern: .checks, outline: .cross),
    SyntheticTraits(hue: .blue, orientation: .upright, pattern: .dots, outline: .cross),
    SyntheticTraits(hue: .blue, orientation: .upright, pattern: .plain, outline: .cross),
    SyntheticTraits(hue: .red, orientation: .lying, pattern: .plain, outline: .disc),
    SyntheticTraits(hue: .red, orientation: .slanted, pattern: .plain, outline: .disc),
  ]
}
