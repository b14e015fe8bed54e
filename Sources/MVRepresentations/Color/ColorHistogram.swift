public import MVCore

/// Color histograms, equal to the counts of OpenCV's `calcHist` on its 8-bit color conversions.
///
/// A channel's values are divided into `bins` of equal width over its range: red, green, blue, saturation, value and
/// the three of Lab 0...255, hue 0...179. The opponent space (van de Sande, Gevers and Snoek, PAMI 2010) is O1 = (R -
/// G) / sqrt 2, O2 = (R + G - 2 B) / sqrt 6, O3 = (R + G + B) / sqrt 3, each over all values it can take. Level l of
/// the pyramid divides the image into 2^l x 2^l cells, each with a histogram of its own, normalized by itself. Gray
/// images count as R = G = B; floats must lie in 0...1 and are scaled by 255 and rounded to nearest.
///
/// Axes: the three channels if `joint`, else channel and bin; with a pyramid, cell comes first, coarse levels before
/// fine.
public struct ColorHistogram: Representation {
  /// The three values that stand for a color.
  public enum Space: String, CaseIterable, Sendable {
    /// Red, green, blue, as stored.
    case rgb
    /// Hue, saturation, value.
    case hsv
    /// CIE L*a*b* of sRGB under D65.
    case lab
    /// Red-green, yellow-blue, intensity.
    case opponent
  }

  /// How the counts h of a cell are normalized.
  public enum Norm: String, CaseIterable, Sendable {
    /// h / |h|_1.
    case l1
    /// h / |h|_2.
    case l2
    /// sqrt(h / |h|_1), the default.
    ///
    /// Euclidean distances and cosines of rows are then the Hellinger distance and the Bhattacharyya coefficient, in
    /// which a large plain region does not drown all other colors.
    case hellinger
    /// The counts themselves.
    case none
  }

  /// The name in the catalogue: `color`.
  public static let name = "color"
  /// One line for the catalogue.
  public static let summary = "colour histograms (OpenCV calcHist)"
  /// What it computes, in a few sentences.
  public static let details = """
    Counts of colors, as triples or channel by channel, of the image and of the cells of a pyramid. Floats must \
    lie in 0...1 and are rounded to bytes.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Swain and Ballard, IJCV 7(1), 1991; OpenCV calcHist"
  /// Floats must lie in 0...1: they are rounded to bytes.
  public static let needsUnitFloats = true
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<ColorHistogram>] = [
    .choice("space", \.space, "which three values stand for a colour"),
    .int("bins", \.bins, 2...256, "bins a channel; 32 at most where joint"),
    .bool("joint", \.joint, "count triples (bins^3 values) rather than each channel alone (3 x bins)"),
    .int("pyramid", \.pyramid, 1...5, "levels: the whole image, 2x2 cells, 4x4 cells, ..."),
    .choice("norm", \.norm, "how the counts of a cell are normalised"),
  ]

  /// The three values that stand for a color.
  public var space = Space.rgb
  /// The number of bins per channel, 2...256; at most 32 if `joint`.
  public var bins = 8
  /// Whether triples of values are counted instead of each channel alone.
  public var joint = true
  /// The number of levels of the pyramid, 1...5.
  public var pyramid = 1
  /// How the counts of a cell are normalized.
  public var norm = Norm.hellinger

  /// Creates the default settings: joint 8 x 8 x 8 RGB of the whole image, Hellinger norm.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(space: Space = .rgb, bins: Int = 8, joint: Bool = true, pyramid: Int = 1, norm: Norm = .hellinger) {
    self.space = space
    self.bins = bins
    self.joint = joint
    self.pyramid = pyramid
    self.norm = norm
  }

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error that names the setting for which images of `shape` are too small.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    guard !joint || bins <= 32 else {
      throw .usage(
        "setting bins=\(bins)", "makes \(bins * bins * bins) values of each cell where joint=true",
        remedy: "take 32 bins at most, or joint=false")
    }
    guard finestGrid <= min(shape.height, shape.width) else {
      throw .usage(
        "setting pyramid=\(pyramid)", "has more cells than images of \(shape) have pixels along a side",
        remedy: "make pyramid smaller, or the images larger")
    }
    let channels = space.channels
    var lengths = joint ? [bins, bins, bins] : [3, bins]
    var axes = joint ? channels : ["channel", "bin"]
    var labels = joint ? [:] : ["channel": channels]
    if pyramid > 1 {
      let cells = (0..<pyramid).flatMap { level in
        (0..<1 << (2 * level)).map { "level \(level), y \($0 >> level), x \($0 & ((1 << level) - 1))" }
      }
      lengths.insert(cells.count, at: 0)
      axes.insert("cell", at: 0)
      labels["cell"] = cells
    }
    return FeatureLayout(shape: lengths, axes: axes, labels: labels)
  }

  /// The number of cells along each side of the image on the finest level.
  var finestGrid: Int { 1 << (pyramid - 1) }
}

extension ColorHistogram.Space {
  /// The names of the three channels.
  var channels: [String] {
    switch self {
    case .rgb: ["red", "green", "blue"]
    case .hsv: ["hue", "saturation", "value"]
    case .lab: ["lightness", "a", "b"]
    case .opponent: ["red_green", "yellow_blue", "intensity"]
    }
  }
}
