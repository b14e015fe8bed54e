internal import CKernels
public import MVCore
public import MVImaging

/// The image after a random augmentation, flattened; the same image always gets the same augmentation.
///
/// The policies are those that training draws its views by (`AugmentationPolicy` of `MVImaging`). The generator that
/// makes the choices is keyed by `seed` and by the image: by a 64-bit FNV-1a hash of height, width, channels (four
/// bytes each, the low byte first) and of the 8-bit pixels, row by row. So a row depends neither on the batch nor on
/// the place in the data set, equal images get equal views, and another seed gives all images others.
///
/// Policies work on 8-bit RGB: floats must lie in 0...1 and are scaled by 255 and rounded to nearest; gray counts as R
/// = G = B and stays gray. Axes: channel, y, x; values 0...1.
public struct Augment: Representation {
  /// `augment`.
  public static let name = "augment"
  /// One line for the catalogue.
  public static let summary = "the image after a seeded random augmentation, flattened"
  /// What it computes, in a few sentences.
  public static let details = """
    The image after a random augmentation, which is drawn from the seed and the image's own pixels. Floats must \
    lie in 0...1 and are rounded to bytes.
    """
  /// Where it is published, and whose numbers it reproduces.
  public static let reference = "Kinakh, Drozdova and Voloshynovskiy, Entropy 26(6):466, 2024; torchvision transforms"
  /// Floats must lie in 0...1: they are rounded to bytes.
  public static let needsUnitFloats = true
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<Augment>] = [
    .choice("policy", \.policy, "which random changes are made"),
    .int("seed", \.seed, 0...Int.max, "which of the random views"),
    .int("size", \.size, 0...1024, "height and width of the view in pixels; 0: those of the image"),
  ]

  /// Which random changes are made.
  public var policy = AugmentationPolicy.Name.custom
  /// Which of the random views.
  public var seed = 0
  /// Height and width of the view in pixels; 0 for the size of the image.
  public var size = 0

  /// Creates the default settings: the published policy at the image's own size.
  public init() {}

  /// Creates settings; those out of range make `layout(for:)` and `compute(_:into:)` throw.
  public init(policy: AugmentationPolicy.Name = .custom, seed: Int = 0, size: Int = 0) {
    self.policy = policy
    self.seed = seed
    self.size = size
  }

  /// The shape of a row, with the axes channel, y, x.
  ///
  /// Throws, naming the setting `size`, where the policy cannot make views of that size from images of `shape`.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    let view = viewSize(of: shape)
    let border = policy == .cifar ? 4 : 0
    let isPossible =
      switch policy {
      case .custom, .cifar20, .randAugment, .autoAugment, .crop, .simclr, .simclrCIFAR, .vicreg: true
      case .cifar: view.height <= shape.height + 2 * border && view.width <= shape.width + 2 * border
      case .none: view.height == shape.height && view.width == shape.width
      }
    guard isPossible else {
      throw .usage(
        "setting size=\(size)",
        "is not possible where policy=\(policy.rawValue), which does not resize, for images of \(shape)",
        remedy: "leave size out, or take another policy")
    }
    return FeatureLayout(shape: [shape.channels, view.height, view.width], axes: ["channel", "y", "x"])
  }

  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for floats outside 0...1.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    let bytes = try bytes(of: images)
    let channels = images.shape.channels
    for image in 0..<images.count {
      let view = try view(of: bytes[image])
      rows.withUnsafeMutableBufferPointer { rows in
        let row = rows.baseAddress! + image * layout.count
        view.pixels.withUnsafeBufferPointer { pixels in
          guard channels == 3 else {
            // The channels of a gray view are equal.
            for place in 0..<layout.count { row[place] = Float(pixels[place * 3]) / 255 }
            return
          }
          var source = mvk_image(
            bytes: pixels.baseAddress, floats: nil, height: view.height, width: view.width, channels: channels)
          mvk_planes(&source, [0, 0, 0], [1, 1, 1], row)
        }
      }
    }
  }

  /// The view itself, enlarged without smoothing where it is small; throws where its row cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    _ = try layout(for: image.shape)
    let batch = try bytes(of: image.batch)
    let view = try view(of: batch[0])
    let scale = Image.enlargement(height: view.height, width: view.width)
    var pixels: [UInt8] = []
    for y in 0..<view.height * scale {
      for x in 0..<view.width * scale {
        let place = (y / scale * view.width + x / scale) * 3
        pixels += view.pixels[place..<place + 3]
      }
    }
    return Image(
      shape: ImageShape(height: view.height * scale, width: view.width * scale, channels: 3), pixels: .uint8(pixels))
  }

  /// The view of an 8-bit image, drawn from the seed and the image's own pixels.
  private func view(of image: Image) throws(MVError) -> RGBImage {
    var generator = SeededGenerator(seed: UInt64(seed), keys: image.contentHash)
    let steps = AugmentationPolicy(policy, size: viewSize(of: image.shape))
    return steps.apply(to: try RGBImage(image.inColor), using: &generator)
  }

  private func viewSize(of shape: ImageShape) -> ImageSize {
    ImageSize(height: size > 0 ? size : shape.height, width: size > 0 ? size : shape.width)
  }
}

extension Image {
  /// A 64-bit FNV-1a hash of the shape and the bytes of an 8-bit image.
  fileprivate var contentHash: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    for length in [shape.height, shape.width, shape.channels] {
      for byte in 0..<4 { add(UInt8(truncatingIfNeeded: length >> (8 * byte))) }
    }
    if case .uint8(let values) = pixels { for value in values { add(value) } }
    return hash
  }

  /// A gray 8-bit image as three equal channels; any other image as it is.
  fileprivate var inColor: Image {
    guard shape.channels == 1, case .uint8(let values) = pixels else { return self }
    return Image(
      shape: ImageShape(height: shape.height, width: shape.width, channels: 3),
      pixels: .uint8(values.flatMap { [$0, $0, $0] }))
  }
}
