public import MVCore

/// A representation whose rows are sketches of another's: few values that keep the distances between rows.
///
/// Name, summary and pictures are those of the base; its settings are those of the base, with `sketch` and
/// `sketch_seed` besides. The full row of an image exists only while its sketch is computed. Shape [columns], axis
/// `sketch`.
///
/// Measured on scattering (J = 2, 15,552 values) of 256 images of CIFAR-10, over 12 seeds. The table gives the median
/// and the largest relative error of a distance, and the mean and the largest change of the distance correlation with
/// the one of HOG, a color histogram and a random embedding that changes most:
///
///     columns   distance, median   largest   correlation, mean   at worst
///         256              2.9 %      17 %               0.007      0.016
///         512              2.1 %      13 %               0.007      0.014
///       1,024              1.5 %       9 %               0.004      0.011
///       2,048              1.1 %       7 %               0.004      0.012
///
/// With 1,024 columns, two or four columns per coordinate (OSNAP) and a dense matrix of random signs give 1.4 to 1.5 %,
/// 9 %, 0.004 and 0.008 to 0.010 there: no better where it counts, at 2, 4 and 1,024 times the work. They do keep the
/// worst pair closer where few coordinates hold all of the mass, as in joint color histograms, whose rows are too short
/// to need a sketch.
public struct Sketched<Base: Representation>: Representation {
  /// The name of the base.
  public static var name: String { Base.name }
  /// One line for the catalogue: that of the base.
  public static var summary: String { Base.summary }
  /// What the base computes.
  public static var details: String { Base.details }
  /// Where the base is published.
  public static var reference: String { Base.reference }
  /// Whether the base wants floats in 0...1.
  public static var needsUnitFloats: Bool { Base.needsUnitFloats }
  /// Whether the base takes float pixels.
  public static var takesFloatPixels: Bool { Base.takesFloatPixels }
  /// The settings of the base, then those of the sketch.
  public static var settings: [Setting<Sketched>] {
    Base.settings.map { $0.lifted(through: \.base) } + Sketch.settings.map { $0.lifted(through: \.sketch) }
  }

  /// The representation that is sketched.
  public var base: Base
  /// The number of columns and the seed.
  public var sketch: Sketch

  /// Creates a sketch of 1,024 columns of the base with its default settings.
  public init() { self.init(Base(), sketch: Sketch(columns: 1024)) }

  init(_ base: Base, sketch: Sketch) {
    precondition(
      !Base.settings.contains { $0.name == Sketch.settings[0].name }, "a sketch is not sketched once more")
    self.base = base
    self.sketch = sketch
  }

  /// The shape of a row: [columns].
  ///
  /// Throws where the base throws, and where its rows have fewer values than the sketch has columns.
  public func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    let count = try base.layout(for: shape).count
    guard sketch.columns > 0 else {
      throw .usage("setting sketch=0", "asks for no sketch of \(Self.name)", remedy: "give 1 to \(count) columns")
    }
    guard sketch.columns <= count else {
      throw .usage(
        "setting sketch=\(sketch.columns)",
        "has more columns than \(Self.name) has values for images of \(shape), \(count)",
        remedy: "give at most \(count), or leave sketch out")
    }
    return FeatureLayout(shape: [sketch.columns], axes: ["sketch"])
  }

  /// Computes one row per image, bit for bit the same whatever the batch.
  ///
  /// Throws where `layout(for:)` or the base throws, and where `rows` has another size.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    _ = try checkedLayout(for: images, values: rows.count)
    let count = try base.layout(for: images.shape).count
    let table = SketchTable.shared(for: sketch, count: count)
    // As many images at a time as have full rows of at most 4 MB together, but at least one.
    let together = max(1, min(images.count, (1 << 20) / count))
    var full = [Float](repeating: 0, count: together * count)
    for first in stride(from: 0, to: images.count, by: together) {
      let group = images[first..<min(first + together, images.count)]
      do throws(MVError) {
        try full.withUnsafeMutableBufferPointer { (full) throws(MVError) in
          var span = UnsafeMutableBufferPointer(rebasing: full[..<(group.count * count)]).mutableSpan
          try base.compute(group, into: &span)
        }
      } catch {
        throw error.movedRow(by: first)
      }
      rows.withUnsafeMutableBufferPointer { rows in
        full.withUnsafeBufferPointer { full in
          for image in 0..<group.count {
            let start = (first + image) * sketch.columns
            table.sketch(
              UnsafeBufferPointer(rebasing: full[image * count..<(image + 1) * count]),
              into: UnsafeMutableBufferPointer(rebasing: rows[start..<start + sketch.columns]))
          }
        }
      }
    }
  }

  /// The picture of the base, since a sketch has nothing to see; throws where the base throws.
  public func picture(of image: Image) throws(MVError) -> Image { try base.picture(of: image) }

  /// The same representation with another sketch.
  public func sketched(columns: Int, seed: Int = 0) -> Sketched<Base> {
    Sketched(base, sketch: Sketch(columns: columns, seed: seed))
  }
}

extension Representation {
  /// This representation with rows of `columns` values that keep the distances between its full rows.
  ///
  /// The same as `sketch=columns,sketch_seed=seed` on the command line; settings out of range make `layout(for:)`
  /// throw.
  public func sketched(columns: Int, seed: Int = 0) -> Sketched<Self> {
    Sketched(self, sketch: Sketch(columns: columns, seed: seed))
  }
}
