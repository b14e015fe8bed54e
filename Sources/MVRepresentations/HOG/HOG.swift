internal import CKernels
public import MVCore

/// Histograms of oriented gradients (Dalal and Triggs, CVPR 2005), equal to scikit-image's `hog`.
///
/// Gradients are central differences, 0 across the border; of several channels, the gradient of largest magnitude
/// counts at each pixel, the first of equals. Each pixel votes with its magnitude for one of `orientations` bins of its
/// cell. Cells are `cellSize` x `cellSize` pixels; what is left over at the right and the bottom is not used. The
/// cells' means are normalized in overlapping blocks of `blockSize` x `blockSize` cells, one cell apart. 8-bit pixels
/// count as 0...255, floats as they are. Axes: block_y, block_x, cell_y, cell_x, orientation; values 0...1.
public struct HOG: Representation {
  /// How a block v is normalized, with e = 1e-5.
  public enum Norm: String, CaseIterable, Sendable {
    /// v / (|v|_1 + e).
    case l1
    /// sqrt(v / (|v|_1 + e)).
    case l1SquareRoot = "l1-sqrt"
    /// v / sqrt(|v|_2^2 + e^2).
    case l2
    /// Like `l2`, then limited to 0.2 and normalized again.
    case l2Hysteresis = "l2-hys"
  }

  /// The name in the catalogue: `hog`.
  public static let name = "hog"
  /// One line for the catalogue.
  public static let summary = "histograms of oriented gradients (scikit-image hog)"
  /// What it computes, in a few sentences.
  public static let details = """
    Each pixel votes with its gradient's magnitude for one orientation bin of its cell; blocks of cells are \
    normalized. 8-bit pixels count as 0...255, floats as they are.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Dalal and Triggs, CVPR 2005; scikit-image hog"
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<HOG>] = [
    .int("orientations", \.orientations, 1...360, "orientation bins"),
    .int("cell_size", \.cellSize, 1...1024, "pixels along the side of a cell"),
    .int("block_size", \.blockSize, 1...64, "cells along the side of a block"),
    .choice("norm", \.norm, "how a block is normalised"),
    .bool("sqrt", \.squareRoot, "take the square root of every pixel first"),
    .bool("signed", \.signed, "tell gradients of opposite directions apart: 360 degrees (not in scikit-image)"),
  ]

  /// The number of orientation bins over 180 degrees, or over 360 if `signed`; 1...360.
  public var orientations = 9
  /// The side of a cell in pixels, 1...1024.
  public var cellSize = 8
  /// The side of a block in cells, 1...64.
  public var blockSize = 2
  /// How a block is normalized.
  public var norm = Norm.l2Hysteresis
  /// Whether the square root of every pixel is taken first.
  public var squareRoot = false
  /// Whether opposite gradients count as different orientations.
  public var signed = false

  /// Creates the default settings: 9 orientations, cells of 8 pixels, blocks of 2 cells, L2-Hys.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(
    orientations: Int = 9, cellSize: Int = 8, blockSize: Int = 2, norm: Norm = .l2Hysteresis,
    squareRoot: Bool = false, signed: Bool = false
  ) {
    self.orientations = orientations
    self.cellSize = cellSize
    self.blockSize = blockSize
    self.norm = norm
    self.squareRoot = squareRoot
    self.signed = signed
  }

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error that names the setting for which images of `shape` are too small.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    let least = cellSize * blockSize
    guard shape.height >= least, shape.width >= least else {
      throw .usage(
        "setting cell_size=\(cellSize)",
        "with block_size=\(blockSize) needs images of \(least)x\(least) pixels or more for \(Self.name), not \(shape)",
        remedy: "make cell_size or block_size smaller, or the images larger")
    }
    return FeatureLayout(
      shape: [
        shape.height / cellSize - blockSize + 1, shape.width / cellSize - blockSize + 1, blockSize, blockSize,
        orientations,
      ],
      axes: ["block_y", "block_x", "cell_y", "cell_x", "orientation"])
  }

  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that it cannot describe.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    if squareRoot { try checkNotNegative(images) }
    let (height, width, channels) = (images.shape.height, images.shape.width, images.shape.channels)
    let edges: [Double]
    if case .uint8 = images.pixels, !squareRoot {
      edges = OrientationEdges.whole(orientations: orientations, signed: signed)
    } else {
      edges = OrientationEdges.real(orientations: orientations, signed: signed)
    }
    edges.withUnsafeBufferPointer { edges in
      let settings = mvk_hog_settings(
        orientations: Int32(orientations), cell: Int32(cellSize), block: Int32(blockSize), norm: norm.kernelValue,
        full_circle: signed ? 1 : 0, square_root: squareRoot ? 1 : 0, edges: edges.baseAddress)
      withUnsafePointer(to: settings) { settings in
        images.eachRow(
          of: layout.count, in: &rows, scratch: mvk_hog_scratch(settings, height, width, channels)
        ) { mvk_hog(settings, $0, $1, $2) }
      }
    }
  }

  private func checkNotNegative(_ images: ImageBatch) throws(MVError) {
    guard case .float32(let values) = images.pixels, let index = values.firstIndex(where: { $0 < 0 }) else { return }
    throw images.badPixel(
      index, "is negative, and setting sqrt=true takes no such pixels", remedy: "leave sqrt out, or shift the pixels")
  }
}

extension HOG.Norm {
  var kernelValue: Int32 {
    switch self {
    case .l1: Int32(MVK_HOG_L1)
    case .l1SquareRoot: Int32(MVK_HOG_L1_SQRT)
    case .l2: Int32(MVK_HOG_L2)
    case .l2Hysteresis: Int32(MVK_HOG_L2_HYS)
    }
  }
}
