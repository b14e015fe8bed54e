internal import CKernels
public import MVCore

/// The image itself, flattened, and optionally normalized as torchvision's `Normalize` does.
///
/// A row is NumPy's `image.transpose(2, 0, 1)`: it holds (x - mean_c) / deviation_c, where x is an 8-bit pixel divided
/// by 255 or a float pixel as it is, each step in single precision. Axes: channel, y, x.
public struct PixelValues: Representation {
  /// The means and deviations that the channels are normalized with.
  public enum Normalization: String, CaseIterable, Sendable {
    /// No normalization: x as it is.
    case none
    /// Those of ImageNet, as in torchvision's models: (0.485, 0.456, 0.406) and (0.229, 0.224, 0.225).
    case imagenet
    /// Those of CIFAR-10's training images: (0.4914, 0.4822, 0.4465) and (0.2470, 0.2435, 0.2616).
    case cifar
    /// Those of STL-10's training images: (0.4467, 0.4398, 0.4066) and (0.2603, 0.2566, 0.2713).
    case stl10
    /// Those of the image itself, NumPy's `mean` and `std` of each channel; a channel without contrast becomes 0.
    case image
  }

  /// The name in the catalogue: `pixels`.
  public static let name = "pixels"
  /// One line for the catalogue.
  public static let summary = "the pixels themselves, where wanted normalised (NumPy, torchvision Normalize)"
  /// What it computes, in a few sentences.
  public static let details = """
    The image itself, channel by channel: 8-bit pixels divided by 255, floats as they are, each less its \
    channel's mean and divided by its deviation where that is wanted.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "NumPy and torchvision's Normalize"
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<PixelValues>] = [
    .choice("normalize", \.normalization, "the mean and deviation that each channel is normalised with")
  ]

  /// The means and deviations that the channels are normalized with.
  public var normalization = Normalization.none

  /// Creates the default settings: no normalization.
  public init() {}

  /// Creates settings with the given normalization.
  public init(normalization: Normalization) { self.normalization = normalization }

  /// The shape and the axes of a row.
  ///
  /// Throws a usage error for gray images where the normalization is for three channels.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    if let constants = normalization.constants, constants.means.count != shape.channels {
      throw .usage(
        "setting normalize=\(normalization.rawValue)", "is for three channels, and images of \(shape) are grey",
        remedy: "set normalize=image or none")
    }
    return FeatureLayout(shape: [shape.channels, shape.height, shape.width], axes: ["channel", "y", "x"])
  }

  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that are not finite.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    let (area, channels) = (images.shape.height * images.shape.width, images.shape.channels)
    let means = normalization.constants?.means ?? Array(repeating: 0, count: channels)
    let deviations = normalization.constants?.deviations ?? Array(repeating: 1, count: channels)
    images.eachRow(
      of: layout.count, in: &rows, scratch: 1
    ) { image, row, _ in
      mvk_planes(image, means, deviations, row)
      if normalization == .image { normalizeByItself(row, area: area, channels: channels) }
    }
  }

  private func normalizeByItself(_ row: UnsafeMutablePointer<Float>, area: Int, channels: Int) {
    for channel in 0..<channels {
      let plane = row + channel * area
      var (mean, deviation) = (0.0, 0.0)
      mvk_moments(plane, area, &mean, &deviation)
      let (shift, scale) = (Float(mean), Float(deviation))
      for index in 0..<area { plane[index] = scale > 0 ? (plane[index] - shift) / scale : 0 }
    }
  }

  /// The image as it was normalized, from black to white.
  ///
  /// Values 0...1 are shown as they are; where values leave that range or were normalized, the smallest is black and
  /// the largest white. Throws where the row of `image` cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let values = try features(of: image).values
    let (lowest, highest) = (values.min() ?? 0, values.max() ?? 1)
    let plain = normalization == .none && lowest >= 0 && highest <= 1
    let (black, white) = plain ? (0, 1) : (lowest, highest)
    let range = max(white - black, .leastNormalMagnitude)
    return .enlarging(planes: values.map { ($0 - black) / range }, of: image.shape)
  }
}

extension PixelValues.Normalization {
  /// The constants of red, green and blue.
  var constants: (means: [Float], deviations: [Float])? {
    switch self {
    case .none, .image: nil
    case .imagenet: ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    case .cifar: ([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616])
    case .stl10: ([0.4467, 0.4398, 0.4066], [0.2603, 0.2566, 0.2713])
    }
  }
}
