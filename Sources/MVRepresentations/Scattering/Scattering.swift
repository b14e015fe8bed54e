internal import Foundation
public import MVCore

/// Wavelet scattering: averages of the moduli of an image's Morlet wavelet coefficients, of order 0, 1 and 2.
///
/// With U the image, * circular convolution on the padded plane, and "down" every 2^J-th value along both axes:
///
///     S0 = (U * phi_J) down,   S1[j t] = (|U * psi_jt| * phi_J) down,
///     S2[j t k s] = (||U * psi_jt| * psi_ks| * phi_J) down   for k > j
///
/// psi_jt has scale 2^j, j in 0..<J, and one of L angles; phi_J is a Gaussian. 8-bit pixels are divided by 255, floats
/// are used as they are; each channel is transformed alone. The row's axes are channel, coefficient, y, x, and the
/// label of a coefficient is its path, for example `j0 t3 j1 t5`. There are 1 + J L + L^2 J (J - 1) / 2 coefficients
/// per channel.
///
/// The numbers are those of kymatio 0.3 `Scattering2D` (relative 1e-5), its padding by mirror images included. Where
/// 2^J equals a side, the plane is padded by the whole image on both sides and mirrored once more for the outermost
/// line, as kymatio's torch frontend does. With `prePad` the image itself is the periodic plane (kymatio wants to be
/// told the size before padding): its sides must be multiples of 2^J and at least 3 * 2^J. In both cases the outermost
/// coefficient at each border is left out.
///
/// Paper: Bruna and Mallat, "Invariant Scattering Convolution Networks", TPAMI 35(8), 2013.
public struct Scattering: Representation {
  /// The name in the catalogue: `scattering`.
  public static let name = "scattering"
  /// One line for the catalogue.
  public static let summary = "Morlet wavelet scattering of order 0 to 2; kymatio's numbers"
  /// What it computes, in a few sentences.
  public static let details = """
    Averages of the moduli of an image's Morlet wavelet coefficients, stable under small shifts and \
    deformations. 8-bit pixels are divided by 255, floats are used as they are.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Bruna and Mallat, TPAMI 35(8), 2013; kymatio Scattering2D"
  /// The settings `J`, `L`, `order` and `pre_pad`.
  public static let settings: [Setting<Scattering>] = [
    .int("J", \.scales, 1...10, "coefficients are averaged over 2^J pixels"),
    .int("L", \.angles, 1...64, "wavelet angles over half a turn"),
    .int("order", \.order, 1...2, "wavelet moduli in sequence, at most"),
    .bool("pre_pad", \.prePad, "the images are already padded, or periodic"),
  ]

  /// J, 1...10: coefficients are averaged over 2^J pixels.
  public var scales = 2
  /// L, 1...64: the number of wavelet angles over half a turn.
  public var angles = 8
  /// The largest order, 1 or 2.
  public var order = 2
  /// Whether the images are already padded, or periodic.
  public var prePad = false

  /// Creates the default settings: kymatio's, and J = 2.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(scales: Int = 2, angles: Int = 8, order: Int = 2, prePad: Bool = false) {
    (self.scales, self.angles, self.order, self.prePad) = (scales, angles, order, prePad)
  }

  /// The shape of a row, with the axes channel, coefficient, y, x.
  ///
  /// Throws, naming the setting, where 2^J is larger than a side or a setting is out of its range.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    let geometry = try geometry(for: shape)
    let labels = paths.map(\.label)
    return FeatureLayout(
      shape: [shape.channels, labels.count, geometry.outputHeight, geometry.outputWidth],
      axes: ["channel", "coefficient", "y", "x"], labels: ["coefficient": labels])
  }

  /// Computes one row per image, bit for bit the same whatever the batch.
  ///
  /// The filters of an image size are computed at its first use and then shared by all threads. Throws where
  /// `layout(for:)` throws, where `rows` has another size, and for pixels that are not finite.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let geometry = try geometry(for: images.shape)
    let coefficients = 1 + scales * angles + (order == 2 ? angles * angles * scales * (scales - 1) / 2 : 0)
    let columns = images.shape.channels * coefficients * geometry.outputHeight * geometry.outputWidth
    try checkRows(of: columns, for: images, values: rows.count)
    try ScatteringPlan.shared(for: self, geometry: geometry).run(images, into: &rows)
  }

  var paths: [ScatteringPath] { ScatteringPath.all(scales: scales, angles: angles, order: order) }

  private func geometry(for shape: ImageShape) throws(MVError) -> ScatteringGeometry {
    try checkSettings()
    return try ScatteringGeometry(shape: shape, scales: scales, prePadded: prePad)
  }
}
