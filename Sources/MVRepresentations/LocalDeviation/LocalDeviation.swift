internal import CKernels
public import MVCore

/// The standard deviation of the pixels around each pixel, as MV-MR's released code takes it with kornia's `box_blur`.
///
/// E is the mean over a window of `window` x `window` pixels around the pixel; the image is mirrored at its border, the
/// outermost pixels not repeated. A value is sqrt(max(0, E[x^2] - E[x]^2 + 1e-8)); kornia gives not-a-number where that
/// is below 0, here it is 0. 8-bit pixels count as 0...1, floats as they are. Sums are in double precision, so that
/// flat regions give 1e-4, where single precision leaves noise of that size. Axes: channel, y, x.
public struct LocalDeviation: Representation {
  /// The name in the catalogue: `std`.
  public static let name = "std"
  /// One line for the catalogue.
  public static let summary = "local standard deviation (kornia box_blur, as MV-MR uses it)"
  /// What it computes, in a few sentences.
  public static let details = """
    The standard deviation of the pixels in a window around each pixel. 8-bit pixels count as 0...1, floats as \
    they are.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Kinakh, Drozdova and Voloshynovskiy, Entropy 26(6):466, 2024; kornia box_blur"
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<LocalDeviation>] = [
    .int("window", \.window, 3...255, "pixels along the side of the window, an odd number")
  ]

  /// The side of the window in pixels, an odd number in 3...255.
  public var window = 3

  /// Creates the default settings: a window of 3 x 3 pixels.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(window: Int) { self.window = window }

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error that names the setting for which images of `shape` are too small, and for an even window.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    guard !window.isMultiple(of: 2) else {
      throw .usage(
        "setting window=\(window)", "has no pixel in its middle", remedy: "take an odd number: \(window + 1)")
    }
    let least = window / 2 + 1
    guard shape.height >= least, shape.width >= least else {
      throw .usage(
        "setting window=\(window)", "needs images of \(least)x\(least) pixels or more for \(Self.name), not \(shape)",
        remedy: "make window smaller, or the images larger")
    }
    return FeatureLayout(shape: [shape.channels, shape.height, shape.width], axes: ["channel", "y", "x"])
  }

  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that are not finite.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    images.eachRow(
      of: layout.count, in: &rows, scratch: mvk_local_deviation_scratch(images.shape.width, window)
    ) { mvk_local_deviation($0, window, $1, $2) }
  }

  /// The deviation in each channel as brightness: its square root, relative to the largest.
  ///
  /// Throws where the row of `image` cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let values = try features(of: image).values
    // An image without contrast stays dark.
    let largest = max(values.max() ?? 0, 0.01)
    return .enlarging(planes: values.map { ($0 / largest).squareRoot() }, of: image.shape)
  }
}
