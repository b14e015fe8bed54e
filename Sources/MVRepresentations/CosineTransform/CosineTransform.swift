internal import CKernels
internal import Foundation
public import MVCore

/// The two-dimensional discrete cosine transform (DCT-II) of each channel, equal to torch-dct's `dct_2d`.
///
/// X[v, u] = w_v w_u sum_y sum_x x[y, x] cos(pi (2y + 1) v / 2H) cos(pi (2x + 1) u / 2W), with w = 2 without
/// normalization; if orthonormal, w_k = sqrt(2 / N), and sqrt(1 / N) for k = 0. SciPy's `dctn` gives the same numbers.
/// 8-bit pixels count as 0...1, floats as they are; images may have any size. Axes: channel, v, u, lowest frequencies
/// first.
public struct CosineTransform: Representation {
  /// How the coefficients are scaled.
  public enum Norm: String, CaseIterable, Sendable {
    /// Not normalized: each sum is multiplied by 4.
    case none
    /// Orthonormal: distances between coefficients equal distances between images.
    case orthonormal = "ortho"
  }

  /// The name in the catalogue: `dct`.
  public static let name = "dct"
  /// One line for the catalogue.
  public static let summary = "two-dimensional discrete cosine transform (torch-dct dct_2d)"
  /// What it computes, in a few sentences.
  public static let details = """
    The two-dimensional discrete cosine transform of each channel, or its lowest frequencies. 8-bit pixels count \
    as 0...1, floats as they are.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Ahmed, Natarajan and Rao, IEEE Trans. Computers 23(1), 1974; torch-dct dct_2d"
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<CosineTransform>] = [
    .choice("norm", \.norm, "how coefficients are scaled"),
    .int("keep", \.keep, 0...32768, "frequencies kept along each axis, the lowest; 0 keeps all"),
  ]

  /// How the coefficients are scaled.
  public var norm = Norm.none
  /// The number of lowest frequencies kept along each axis; 0 keeps all.
  public var keep = 0

  /// Creates the default settings: all coefficients, not normalized.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(norm: Norm = .none, keep: Int = 0) {
    self.norm = norm
    self.keep = keep
  }

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error that names the setting where images of `shape` have fewer frequencies than `keep` asks for.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    guard keep <= min(shape.height, shape.width) else {
      throw .usage(
        "setting keep=\(keep)", "is more frequencies than images of \(shape) have along a side",
        remedy: "take \(min(shape.height, shape.width)) or fewer, or 0 for all")
    }
    return FeatureLayout(
      shape: [shape.channels, keep == 0 ? shape.height : keep, keep == 0 ? shape.width : keep],
      axes: ["channel", "v", "u"])
  }

  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that are not finite.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    let (height, width, channels) = (images.shape.height, images.shape.width, images.shape.channels)
    let (down, across) = (layout.shape[1], layout.shape[2])
    let vertical = basis(frequencies: down, samples: height)
    let horizontal = height == width ? vertical : basis(frequencies: across, samples: width)
    let (zeros, ones) = ([Float](repeating: 0, count: channels), [Float](repeating: 1, count: channels))
    // The planes of an image stand first in the scratch memory, up to a multiple of 128 bytes.
    let planeBytes = (height * width * channels * MemoryLayout<Float>.stride + 127) / 128 * 128
    func transform(_ scratch: UnsafeMutableRawPointer, into row: UnsafeMutablePointer<Float>) {
      let planes = scratch.assumingMemoryBound(to: Float.self)
      for channel in 0..<channels {
        mvk_dct(
          planes + channel * height * width, height, width, vertical, down, horizontal, across,
          row + channel * down * across, scratch + planeBytes)
      }
    }
    images.eachRow(
      of: layout.count, in: &rows, scratch: planeBytes + mvk_dct_scratch(height, width, down, across)
    ) { image, row, scratch in
      mvk_planes(image, zeros, ones, scratch.assumingMemoryBound(to: Float.self))
      transform(scratch, into: row)
    }
  }

  /// The first half of each cosine, w_k cos(pi (2i + 1) k / 2N); the rest mirrors it.
  private func basis(frequencies: Int, samples: Int) -> [Float] {
    let period = 4 * samples
    let cosines = (0..<period).map { cos(.pi * Double($0) / Double(2 * samples)) }
    let half = (samples + 1) / 2
    var values: [Float] = []
    values.reserveCapacity(frequencies * half)
    for frequency in 0..<frequencies {
      let weight = norm == .none ? 2 : ((frequency == 0 ? 1 : 2) / Double(samples)).squareRoot()
      for sample in 0..<half { values.append(Float(weight * cosines[(2 * sample + 1) * frequency % period])) }
    }
    return values
  }

  /// The magnitudes of each channel's coefficients on a logarithmic scale; the lowest frequencies are at the top left.
  ///
  /// The largest is white, and a hundred-thousandth of it black. Throws where the row of `image` cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let features = try features(of: image)
    let largest = max(features.values.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
    let levels = features.values.map { value -> Float in
      value == 0 ? 0 : 1 + Float(log10(Double(abs(value) / largest))) / 5
    }
    let shape = ImageShape(
      height: features.layout.shape[1], width: features.layout.shape[2], channels: image.shape.channels)
    return .enlarging(planes: levels, of: shape)
  }
}
