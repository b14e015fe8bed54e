internal import CKernels
public import MVCore

/// The soft-binned HOG layer of MV-MR (Kinakh, Drozdova and Voloshynovskiy, Entropy 26(6):466, 2024).
///
/// It follows `HOGLayer` of the released code, commit 7136f70. In each channel g_x and g_y are Sobel's differences [1 2
/// 1] x [1 0 -1], 0 beyond the border, m = sqrt(g_x^2 + g_y^2) and p = `orientations` / pi * atan2(g_x, g_y), modulo
/// `orientations`; f is the fraction of p. The votes of a cell's pixels are averaged; pixels left over at the right and
/// the bottom are not used. 8-bit pixels count as 0...1, floats as they are. Axes: channel, orientation, cell_y,
/// cell_x.
///
/// A gradient of 0 lies at p = 0, as atan2(0, 0) does, and so does one at 180 degrees. Gradients at 0, 45, 90 and 135
/// degrees have their exact p. Where `released` jumps, at whole p, PyTorch's single precision can fall on the other
/// side.
public struct HOGLayer: Representation {
  /// How a pixel votes.
  public enum Variant: String, CaseIterable, Sendable {
    /// A vote of m (1 - f) for bin floor(p) and m f for the next bin.
    case corrected
    /// As in the released code: m for bin floor(p) and 1 - m for bin ceil(p), so that flat regions vote too.
    case released
  }

  /// The name in the catalogue: `hog-layer`.
  public static let name = "hog-layer"
  /// One line for the catalogue.
  public static let summary = "soft-binned histograms of oriented gradients (the HOG layer of MV-MR)"
  /// What it computes, in a few sentences.
  public static let details = """
    Sobel gradients vote for the two nearest orientations, averaged over the cells of each channel. 8-bit pixels \
    count as 0...1, floats as they are.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Kinakh, Drozdova and Voloshynovskiy, Entropy 26(6):466, 2024; vkinakh/mv-mr"
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<HOGLayer>] = [
    .int("orientations", \.orientations, 1...360, "orientation bins over 180 degrees"),
    .int("cell_size", \.cellSize, 1...1024, "pixels along the side of a cell, the pool of the released code"),
    .choice("variant", \.variant, "how a pixel votes: as the paper means it, or as the released code does"),
  ]

  /// The number of orientation bins over 180 degrees, 1...360.
  public var orientations = 24
  /// The side of a cell in pixels, 1...1024.
  public var cellSize = 8
  /// How a pixel votes.
  public var variant = Variant.corrected

  /// Creates the default settings: 24 orientations, cells of 8 pixels, corrected votes.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(orientations: Int = 24, cellSize: Int = 8, variant: Variant = .corrected) {
    self.orientations = orientations
    self.cellSize = cellSize
    self.variant = variant
  }

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error that names the setting for which images of `shape` are too small.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    guard shape.height >= cellSize, shape.width >= cellSize else {
      throw .usage(
        "setting cell_size=\(cellSize)",
        "needs images of \(cellSize)x\(cellSize) pixels or more for \(Self.name), not \(shape)",
        remedy: "make cell_size smaller, or the images larger")
    }
    return FeatureLayout(
      shape: [shape.channels, orientations, shape.height / cellSize, shape.width / cellSize],
      axes: ["channel", "orientation", "cell_y", "cell_x"])
  }

  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that are not finite.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    let settings = mvk_hog_layer_settings(
      orientations: Int32(orientations), cell: Int32(cellSize), released: variant == .released ? 1 : 0)
    withUnsafePointer(to: settings) { settings in
      images.eachRow(
        of: layout.count, in: &rows, scratch: mvk_hog_layer_scratch(settings, images.shape.width)
      ) { mvk_hog_layer(settings, $0, $1, $2) }
    }
  }

  /// One glyph per cell: a line along the edge that each orientation stands for, the brighter the stronger.
  ///
  /// Orientations are averaged over the channels. Throws where the row of `image` cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let features = try features(of: image)
    let (channels, down, across) = (features.layout.shape[0], features.layout.shape[2], features.layout.shape[3])
    var cells = [Float](repeating: 0, count: down * across * orientations)
    for (index, value) in features.values.enumerated() {
      let (bin, cell) = index.quotientAndRemainder(dividingBy: down * across)
      cells[cell * orientations + bin % orientations] += value / Float(channels)
    }
    // The layer's angles start at the vertical axis.
    let angles = (0..<orientations).map { .pi / 2 - .pi * Float($0) / Float(orientations) }
    return try OrientationGlyphs(down: down, across: across, angles: angles, signed: false).image(of: cells)
  }
}
