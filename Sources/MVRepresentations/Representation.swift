public import MVCore

/// A fixed, hand-crafted description of images: its settings are its properties, its result one row of `Float` per
/// image.
///
/// Every representation is deterministic, and its rows do not depend on the size of the batch or on the thread.
///
///     let image = try Image(contentsOf: URL(filePath: "photo.png"))
///     let features = try HOG(orientations: 9, cellSize: 8).features(of: image)
///     print(features.layout.shape, features.values.count)
///
/// `Snippets/own-representation.swift` is one of one's own; `MVRepresentationChecks` tells whether it keeps every
/// promise.
public protocol Representation: Configurable {
  /// One line for the catalogue: what it describes, and whose numbers it reproduces.
  static var summary: String { get }

  /// What it computes, in a few sentences, for help in other languages; empty unless a representation says it.
  static var details: String { get }

  /// Where it is published, and whose numbers it reproduces; empty unless a representation says it.
  static var reference: String { get }

  /// Whether it also takes float pixels, besides 8-bit ones; true unless a representation says otherwise.
  static var takesFloatPixels: Bool { get }

  /// Whether float pixels must lie in 0...1; false unless a representation says otherwise.
  static var needsUnitFloats: Bool { get }

  /// The shape and the axes of one row for images of `shape`.
  ///
  /// Throws, naming the setting, where such images cannot be described.
  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout

  /// Computes one row per image: `images.count * layout(for: images.shape).count` values, row after row.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that are not finite.
  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError)

  /// A picture of what the representation sees in `image`, for people to look at.
  ///
  /// 8-bit RGB, at least 256 pixels high and wide. Throws where `layout(for:)` does.
  func picture(of image: Image) throws(MVError) -> Image
}

extension Representation {
  /// Nothing.
  public static var details: String { "" }
  /// Nothing.
  public static var reference: String { "" }
  /// True: float pixels are taken too.
  public static var takesFloatPixels: Bool { true }
  /// False: float pixels may have any value.
  public static var needsUnitFloats: Bool { false }

  /// The picture of `image`; throws what ``picture(of:)`` does, and where there is no memory for what it is made of.
  package func pictureWithinMemory(of image: Image) throws(MVError) -> Image {
    // Rows, and sums over them, are arrays, which end the process where there is no memory.
    let count = Checked.product([try layout(for: image.shape).count, 2]).flatMap { Checked.sum($0, image.shape.count) }
    try LargeArray.check(
      Checked.product(count ?? .max, 4) ?? .max, for: "a picture of an image of \(image.shape)",
      remedy: "make the image smaller first, as with --size, or raise the limit on memory")
    return try picture(of: image)
  }

  /// Computes the row of one image, and its layout.
  ///
  /// Throws where ``layout(for:)`` or ``compute(_:into:)`` throws.
  public func features(of image: Image) throws(MVError) -> Features {
    let layout = try layout(for: image.shape)
    var values = try LargeArray.make(layout.count, for: "a row of \(layout.count) values") {
      (row: UnsafeMutableBufferPointer<Float>) in row.initialize(repeating: 0)
    }
    var span = values.mutableSpan
    try compute(image.batch, into: &span)
    return Features(values: values, layout: layout)
  }
}

/// The shape of one row of a representation, and what its axes and indices stand for.
public struct FeatureLayout: Hashable, Sendable {
  /// The length of each axis; the last axis varies fastest.
  public let shape: [Int]
  /// The name of each axis, for example `["block_y", "block_x", "cell_y", "cell_x", "orientation"]`.
  public let axes: [String]
  /// What the indices along an axis stand for, where that needs saying: one label per index, by the name of the axis.
  public let labels: [String: [String]]

  /// Creates a layout; each length needs an axis name.
  public init(shape: [Int], axes: [String], labels: [String: [String]] = [:]) {
    precondition(shape.count == axes.count, "one name an axis")
    self.shape = shape
    self.axes = axes
    self.labels = labels
  }

  /// The number of values in a row.
  public var count: Int { shape.reduce(1, *) }
}

/// One row of a representation, with its layout.
public struct Features: Hashable, Sendable {
  /// The `layout.count` values of the row.
  public let values: [Float]
  /// The row's shape and axes.
  public let layout: FeatureLayout

  /// Creates a row; `values` should hold `layout.count` values.
  public init(values: [Float], layout: FeatureLayout) {
    self.values = values
    self.layout = layout
  }
}
