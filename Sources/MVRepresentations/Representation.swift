public import MVCore

/// A fixed, hand-crafted description of an image: a settings value that maps images to rows of `Float`.
///
/// Every representation is deterministic, and its rows do not depend on the size of the batch or on the thread.
///
///     let image = try Image(contentsOf: URL(filePath: "photo.png"))
///     let features = try HOG(orientations: 9, cellSize: 8).features(of: image)
///     print(features.layout.shape, features.values.count)
///
/// `Snippets/own-representation.swift` is one of one's own; `MVRepresentationChecks` tells whether it keeps every promise.
public protocol Representation: Configurable {
  /// One line for the catalogue: what it describes and whose numbers it reproduces.
  static var summary: String { get }

  /// Whether float pixels can be described as well as 8-bit ones; true unless a representation says otherwise.
  static var takesFloatPixels: Bool { get }

  /// The shape and the axes of one row for images of `shape`; throws, naming the setting, where such images are impossible.
  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout

  /// Computes one row an image: `images.count * layout(for: images.shape).count` values, row after row.
  ///
  /// Throws where `layout(for:)` does, where `rows` has another size, and for pixels that are not finite.
  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError)

  /// A picture of what the representation sees in `image`, for people to look at.
  ///
  /// 8-bit RGB, at least 256 pixels high and wide. Throws where `layout(for:)` does.
  func picture(of image: Image) throws(MVError) -> Image
}

extension Representation {
  /// Float pixels can be described.
  public static var takesFloatPixels: Bool { true }

  /// The row of one image and its layout.
  public func features(of image: Image) throws(MVError) -> Features {
    let layout = try layout(for: image.shape)
    var values = [Float](repeating: 0, count: layout.count)
    var span = values.mutableSpan
    try compute(image.batch, into: &span)
    return Features(values: values, layout: layout)
  }
}

/// The shape of one row of a representation, and what its axes and coefficients are.
public struct FeatureLayout: Hashable, Sendable {
  /// The length of each axis, slowest first.
  public let shape: [Int]
  /// The name of each axis, for example `["block_y", "block_x", "cell_y", "cell_x", "orientation"]`.
  public let axes: [String]
  /// What each index along one axis stands for, where that needs saying: axis name to one label an index.
  public let labels: [String: [String]]

  /// Creates a layout; one axis name a length.
  public init(shape: [Int], axes: [String], labels: [String: [String]] = [:]) {
    precondition(shape.count == axes.count, "one name an axis")
    self.shape = shape
    self.axes = axes
    self.labels = labels
  }

  /// Values a row.
  public var count: Int { shape.reduce(1, *) }
}

/// One row of a representation.
public struct Features: Hashable, Sendable {
  /// `layout.count` values.
  public let values: [Float]
  /// Shape and axes.
  public let layout: FeatureLayout

  /// Creates a row.
  public init(values: [Float], layout: FeatureLayout) {
    self.values = values
    self.layout = layout
  }
}
