/// The traits that tell the classes of the synthetic set apart.
struct SyntheticTraits: Sendable {
  /// The channel that grains lift while they lower the other two, or the reverse; each channel alone looks the same.
  enum Grain: Int, Sendable { case red, green, blue }
  /// The angle of the grating's normal in degrees; no angle is the mirror image of another.
  enum Orientation: Double, Sendable { case upright = 0, slanted = 45, lying = 90 }
  /// The pattern that fills the shape, at the scale of single pixels.
  enum Pattern: Sendable { case checks, dots, plain }
  enum Outline: Sendable { case disc, square, cross }

  let grain: Grain
  let orientation: Orientation
  let pattern: Pattern
  let outline: Outline

  var name: String { "\(grain) \(orientation) \(pattern) \(outline)" }

  /// The traits of each class: pairs that differ in one trait only make every representation necessary.
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
