/// What tells the classes of the synthetic set apart.
struct SyntheticTraits: Sendable {
  /// Which channel grains of color lift while they lower the other two; each channel by itself looks the same.
  enum Grain: Int, Sendable { case red, green, blue }
  /// Degrees of the grating's normal; a mirror image of one is none of the others.
  enum Orientation: Double, Sendable { case upright = 0, slanted = 45, lying = 90 }
  /// What fills the shape, at the scale of single pixels.
  enum Pattern: Sendable { case checks, dots, plain }
  enum Outline: Sendable { case disc, square, cross }

  let grain: Grain
  let orientation: Orientation
  let pattern: Pattern
  let outline: Outline

  var name: String { "\(grain) \(orientation) \(pattern) \(outline)" }

  /// Pairs that differ in one trait alone make every representation necessary.
  static let classes = [
    SyntheticTraits(grain: .red, orientation: .upright, pattern: .checks, outline: .disc),
    SyntheticTraits(grain: .green, orientation: .upright, pattern: .checks, outline: .disc),
    SyntheticTraits(grain: .red, orientation: .slanted, pattern: .dots, outline: .square),
    SyntheticTraits(grain: .blue, orientation: .slanted, pattern: .dots, outline: .square),
    SyntheticTraits(grain: .green, orientation: .lying, pattern: .checks, outline: .square),
    SyntheticTraits(grain: .green, orientation: .lying, pattern: .checks, outline: .cross),
    SyntheticTraits(grain: .blue, orientation: .upright, pattern: .dots, outline: .cross),
    SyntheticTraits(grain: .blue, orientation: .upright, pattern: .plain, outline: .cross),
    SyntheticTraits(grain: .red, orientation: .lying, pattern: .plain, outline: .disc),
    SyntheticTraits(grain: .red, orientation: .slanted, pattern: .plain, outline: .disc),
  ]
}
