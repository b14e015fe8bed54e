public import MVCore

/// Local binary patterns (Ojala, Pietikainen and Maenpaa, PAMI 2002), as in scikit-image's `local_binary_pattern`.
///
/// Neighbor p of `points` lies at the angle 2 pi p / points on a circle of `radius` pixels. Its value is interpolated
/// bilinearly, and 0 outside the image; bit p of the neighborhood is set where the neighbor is not darker than the
/// pixel. On 8-bit images the codes equal scikit-image's, even where rounding breaks ties. On float images
/// scikit-image's codes of flat regions are noise, so the rule differs there: differences from the pixel are
/// interpolated in double precision, one within 2^-20 of the two values is a tie, and a neighbor that falls on a pixel
/// is compared exactly. Color is turned into gray first, as OpenCV does.
///
/// A histogram has the axes cell_y, cell_x, code and sums to 1 in each cell; a map has the axes y, x.
public struct LBP: Representation {
  /// The number that stands for a neighborhood.
  public enum Method: String, CaseIterable, Sendable {
    /// The bits themselves, read as a number: 2^points codes.
    case `default`
    /// The smallest number among all rotations of the bits; one bin for each such number, 36 for 8 points.
    case rotationInvariant = "ror"
    /// The number of bits set if bits change at most twice from the first to the last, else points + 1: points + 2
    /// codes.
    case uniform
    /// As `uniform`, but rotations count as different: points (points - 1) + 3 codes.
    case nonRotationInvariantUniform = "nri-uniform"
    /// The variance of the neighbors, for a map only; 0 where scikit-image gives not-a-number.
    case variance = "var"
  }

  /// What a row holds.
  public enum Output: String, CaseIterable, Sendable {
    /// The share of each code in each cell of the grid.
    case histogram
    /// The code of each pixel.
    case map
  }

  /// The name in the catalogue: `lbp`.
  public static let name = "lbp"
  /// One line for the catalogue.
  public static let summary = "local binary patterns (scikit-image local_binary_pattern)"
  /// What it computes, in a few sentences.
  public static let details = """
    Each pixel becomes a code that says which points on a circle around it are not darker; a histogram counts \
    the codes of each cell, a map shows them. Color is turned into gray first.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Ojala, Pietikainen and Maenpaa, PAMI 24(7), 2002; scikit-image local_binary_pattern"
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<LBP>] = [
    .double("radius", \.radius, 0.5...64, "pixels from a pixel to its neighbours"),
    .int("points", \.points, 1...32, "neighbours of a pixel"),
    .choice("method", \.method, "what number stands for a neighbourhood"),
    .int("grid", \.grid, 1...64, "cells along each side of the image, one histogram each"),
    .choice("output", \.output, "a histogram of the codes, or the code of each pixel"),
  ]

  /// The distance from a pixel to its neighbors in pixels, 0.5...64.
  public var radius = 1.0
  /// The number of neighbors of a pixel, 1...32.
  public var points = 8
  /// The number that stands for a neighborhood.
  public var method = Method.default
  /// The number of cells along each side of the image, 1...64; must be 1 for a map.
  public var grid = 1
  /// Whether a row is a histogram or a map.
  public var output = Output.histogram

  /// Creates the default settings: 8 points at 1 pixel, one histogram of 256 codes.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(
    radius: Double = 1, points: Int = 8, method: Method = .default, grid: Int = 1, output: Output = .histogram
  ) {
    self.radius = radius
    self.points = points
    self.method = method
    self.grid = grid
    self.output = output
  }

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error that names the setting for which images of `shape` are too small, or that conflicts with
  /// another.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    try checkCombination()
    let least = 2 * Int(radius.rounded(.up)) + 1
    guard shape.height >= least, shape.width >= least else {
      throw .usage(
        "setting radius=\(radius)", "needs images of \(least)x\(least) pixels or more for \(Self.name), not \(shape)",
        remedy: "make radius smaller, or the images larger")
    }
    guard grid <= min(shape.height, shape.width) else {
      throw .usage(
        "setting grid=\(grid)", "has more cells than images of \(shape) have pixels along a side",
        remedy: "make grid smaller")
    }
    guard output == .histogram else {
      return FeatureLayout(shape: [shape.height, shape.width], axes: ["y", "x"])
    }
    return FeatureLayout(
      shape: [grid, grid, codeTable.bins], axes: ["cell_y", "cell_x", "code"],
      labels: codeTable.labels.map { ["code": $0] } ?? [:])
  }

  /// Throws for settings that are possible alone, but not together.
  private func checkCombination() throws(MVError) {
    if output == .map, grid > 1 {
      throw .usage("setting grid=\(grid)", "has no meaning where output=map", remedy: "leave grid out")
    }
    if output == .histogram, method == .variance {
      throw .usage(
        "setting method=var", "is a measure without bins, so it has no histogram", remedy: "set output=map")
    }
    let codesAreBits = method == .default || method == .rotationInvariant
    if codesAreBits, output == .histogram, points > 16 {
      throw .usage(
        "setting points=\(points)",
        "makes 2^\(points) patterns, too many for a histogram where method=\(method.rawValue)",
        remedy: "take 16 points at most, or method=uniform")
    }
    if codesAreBits, output == .map, points > 24 {
      throw .usage(
        "setting points=\(points)", "makes codes beyond 2^24, which are not exact in single precision",
        remedy: "take 24 points at most, or method=uniform")
    }
  }
}
