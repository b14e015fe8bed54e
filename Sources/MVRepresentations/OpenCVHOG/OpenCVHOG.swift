internal import COpenCV
public import MVCore

/// Histograms of oriented gradients (Dalal and Triggs, CVPR 2005) as OpenCV's own `cv::HOGDescriptor` computes them.
///
/// The image is one window, cut at the right and the bottom to a whole number of block strides; the gradients at the
/// cut still see the pixels beyond. Each pixel votes with its gradient's magnitude, weighted by a Gaussian around the
/// middle of the block, for the two nearest orientations of the four nearest cells. Blocks are normalized by L2-Hys,
/// limited to 0.2. The values are in OpenCV's order, column by column. Axes: block_x, block_y, cell_x, cell_y,
/// orientation; values 0...1.
///
/// It takes 8-bit pixels only, as OpenCV does. Colors reach OpenCV in its own order, blue first, which decides between
/// channels of equal gradients. The limit of L2-Hys is not a setting, since OpenCV 4.6 keeps the first one that a
/// process uses.
public struct OpenCVHOG: Representation {
  /// The name in the catalogue: `hog-opencv`.
  public static let name = "hog-opencv"
  /// One line for the catalogue.
  public static let summary = "histograms of oriented gradients, 8-bit images only (OpenCV HOGDescriptor)"
  /// What it computes, in a few sentences.
  public static let details = """
    The descriptor as OpenCV computes it, with votes shared among neighboring cells and orientations. It takes \
    8-bit pixels alone.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Dalal and Triggs, CVPR 2005; OpenCV HOGDescriptor"
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<OpenCVHOG>] = [
    .int("orientations", \.orientations, 1...180, "orientation bins"),
    .int("cell_size", \.cellSize, 1...1024, "pixels along the side of a cell"),
    .int("block_size", \.blockSize, 1...4096, "pixels along the side of a block, a multiple of cell_size"),
    .int("block_stride", \.blockStride, 1...4096, "pixels from one block to the next"),
    .bool("signed", \.signed, "tell gradients of opposite directions apart: 360 degrees"),
    .bool("gamma", \.gammaCorrection, "take the square root of every pixel first"),
  ]

  /// The number of orientation bins over 180 degrees, or over 360 if `signed`; 1...180.
  public var orientations = 9
  /// The side of a cell in pixels, 1...1024.
  public var cellSize = 8
  /// The side of a block in pixels, a multiple of `cellSize`, 1...4096.
  public var blockSize = 16
  /// The distance from one block to the next in pixels, 1...4096.
  public var blockStride = 8
  /// Whether opposite gradients count as different orientations.
  public var signed = false
  /// Whether the square root of every pixel is taken first.
  public var gammaCorrection = true

  /// Creates OpenCV's default settings: 9 orientations, cells of 8 pixels, blocks of 16, moved by 8.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(
    orientations: Int = 9, cellSize: Int = 8, blockSize: Int = 16, blockStride: Int = 8, signed: Bool = false,
    gammaCorrection: Bool = true
  ) {
    self.orientations = orientations
    self.cellSize = cellSize
    self.blockSize = blockSize
    self.blockStride = blockStride
    self.signed = signed
    self.gammaCorrection = gammaCorrection
  }

  /// OpenCV's descriptor is defined for 8-bit pixels alone.
  public static let takesFloatPixels = false

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error that names the setting for which images of `shape` are too small, and where a block is not a
  /// whole number of cells.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    guard blockSize.isMultiple(of: cellSize) else {
      throw .usage(
        "setting block_size=\(blockSize)", "is no whole number of cells of \(cellSize) pixels",
        remedy: "make it a multiple of cell_size=\(cellSize)")
    }
    let cells = blockSize / cellSize
    guard cells * cells * orientations >= 4 else {
      throw .usage(
        "setting orientations=\(orientations)",
        "with \(cells) x \(cells) cells gives blocks of \(cells * cells * orientations) values, and OpenCV takes 4 or more",
        remedy: "make orientations 4 or more, or block_size larger than cell_size")
    }
    guard shape.height >= blockSize, shape.width >= blockSize else {
      throw .usage(
        "setting block_size=\(blockSize)",
        "needs images of \(blockSize)x\(blockSize) pixels or more for \(Self.name), not \(shape)",
        remedy: "make block_size and cell_size smaller, or the images larger")
    }
    func blocks(_ side: Int) -> Int { (side - blockSize) / blockStride + 1 }
    return FeatureLayout(
      shape: [
        blocks(shape.width), blocks(shape.height), blockSize / cellSize, blockSize / cellSize, orientations,
      ],
      axes: ["block_x", "block_y", "cell_x", "cell_y", "orientation"])
  }

  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for float pixels.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    guard case .uint8(let values) = images.pixels else {
      throw .badData(
        "representation \(Self.name)", "takes 8-bit images, and these are floats",
        remedy: "take hog, or bring the pixels to 0...255 in 8 bits")
    }
    let settings = MVCVHOGSettings(
      orientations: Int32(orientations), cell: Int32(cellSize), block: Int32(blockSize), stride: Int32(blockStride),
      full_circle: signed ? 1 : 0, gamma: gammaCorrection ? 1 : 0)
    let shape = images.shape
    for index in 0..<images.count {
      let status = rows.withUnsafeMutableBufferPointer { rows in
        values.withUnsafeBufferPointer { values in
          withUnsafePointer(to: settings) { settings in
            mvcv_hog(
              settings, values.baseAddress.map { $0 + index * shape.count }, Int32(shape.height), Int32(shape.width),
              Int32(shape.channels), rows.baseAddress.map { $0 + index * layout.count }, layout.count)
          }
        }
      }
      try checkOpenCV(status, of: index)
    }
  }
}
