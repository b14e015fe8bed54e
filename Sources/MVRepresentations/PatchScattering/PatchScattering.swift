public import MVCore

/// Wavelet scattering of each patch of an image by itself: a patch's coefficients depend on its own pixels alone.
///
/// The image is cut into `grid` x `grid` patches, each (height div grid) x (width div grid) pixels; what is left over
/// at the right and the bottom is not used, as in `hog`. Each patch is an image to ``Scattering``, mirrored at its own
/// borders, with the same settings and numbers (kymatio's). Axes: patch_y, patch_x, channel, coefficient, y, x. With
/// `grid` = 4, the default, J = 2 and L = 8 this is the `patch_scatnet` of the released MV-MR code.
public struct PatchScattering: Representation {
  /// The name in the catalogue: `patch-scattering`.
  public static let name = "patch-scattering"
  /// One line for the catalogue.
  public static let summary = "wavelet scattering of each patch of a grid; kymatio's numbers"
  /// What it computes, in a few sentences.
  public static let details = """
    Wavelet scattering of each patch of a grid by itself. 8-bit pixels are divided by 255, floats are used as \
    they are.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Bruna and Mallat, TPAMI 35(8), 2013; patch_scatnet of vkinakh/mv-mr"
  /// The setting `grid`, and those of ``Scattering``.
  public static let settings: [Setting<PatchScattering>] =
    [.int("grid", \.grid, 1...64, "patches along each side of the image")]
    + Scattering.settings.map { $0.lifted(through: \.scattering) }

  /// The number of patches along each side of the image, 1...64.
  public var grid = 4
  /// The transform that is applied to each patch.
  public var scattering = Scattering()

  /// Creates the default settings: 4 x 4 patches, J = 2, L = 8, order 2.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(grid: Int = 4, scales: Int = 2, angles: Int = 8, order: Int = 2, prePad: Bool = false) {
    self.grid = grid
    scattering = Scattering(scales: scales, angles: angles, order: order, prePad: prePad)
  }

  /// The shape of a row, with the axes patch_y, patch_x, channel, coefficient, y, x.
  ///
  /// Throws, naming the setting `grid`, where patches would be too small.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    let patch = try patchShape(for: shape)
    let inner: FeatureLayout
    do throws(MVError) {
      inner = try scattering.layout(for: patch)
    } catch {
      throw .usage(
        "setting grid=\(grid)",
        "cuts images of \(shape) into patches of \(patch), and \(error.place) \(error.reason)",
        remedy: "make grid smaller, or \(error.remedy)")
    }
    return FeatureLayout(
      shape: [grid, grid] + inner.shape, axes: ["patch_y", "patch_x"] + inner.axes, labels: inner.labels)
  }

  /// Computes one row per image, bit for bit the same whatever the batch.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that are not finite.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let width = try checkedLayout(for: images, values: rows.count).count
    let patch = try patchShape(for: images.shape)
    let plan = try ScatteringPlan.shared(
      for: scattering,
      geometry: ScatteringGeometry(shape: patch, scales: scattering.scales, prePadded: scattering.prePad))
    try rows.withUnsafeMutableBufferPointer { (rows) throws(MVError) in
      for image in 0..<images.count {
        var row = UnsafeMutableBufferPointer(rebasing: rows[image * width..<(image + 1) * width]).mutableSpan
        try plan.run(images.patches(of: image, shape: patch, grid: grid), into: &row)
      }
    }
  }

  private func patchShape(for shape: ImageShape) throws(MVError) -> ImageShape {
    try checkSettings()
    guard grid <= min(shape.height, shape.width) else {
      throw .usage(
        "setting grid=\(grid)", "has more patches than images of \(shape) have pixels along a side",
        remedy: "make grid smaller")
    }
    return ImageShape(height: shape.height / grid, width: shape.width / grid, channels: shape.channels)
  }

  /// The discs of ``Scattering`` for each patch, laid out as the patches are: all of order 1, then all of order 2.
  ///
  /// The brightest is the largest coefficient of the order in any patch. Throws where the row of `image` cannot be
  /// computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let values = try features(of: image).values
    let count = values.count / (grid * grid)
    let means = (0..<grid * grid).map { patch in
      scattering.means(of: values[patch * count..<(patch + 1) * count], channels: image.shape.channels)
    }
    return scattering.sheet(of: means, across: grid, side: max(48, 320 / grid))
  }
}

extension ImageBatch {
  /// The patches of one image as a batch of images, line by line.
  func patches(of image: Int, shape patch: ImageShape, grid: Int) -> ImageBatch {
    let line = patch.width * shape.channels
    func cut<Value>(_ values: [Value]) -> [Value] {
      var cut: [Value] = []
      cut.reserveCapacity(grid * grid * patch.count)
      for top in stride(from: 0, to: grid * patch.height, by: patch.height) {
        for left in stride(from: 0, to: grid * line, by: line) {
          for y in top..<top + patch.height {
            let start = (image * shape.height + y) * shape.width * shape.channels + left
            cut += values[start..<start + line]
          }
        }
      }
      return cut
    }
    let pixels: Pixels
    switch self.pixels {
    case .uint8(let values): pixels = .uint8(cut(values))
    case .float32(let values): pixels = .float32(cut(values))
    }
    return ImageBatch(count: grid * grid, shape: patch, pixels: pixels)
  }
}
