import MVCore
import MVRepresentations

/// Running sums of the pixels: a row of as many values as the image has, times a factor.
struct Sums: Representation {
  static let name = "sums"
  static let summary = "running sums"
  static let settings: [Setting<Sums>] = [.double("factor", \.factor, 0...1e9, "multiplies every value")]
  var factor = 1.0

  init() {}
  init(factor: Double) { self.factor = factor }

  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    FeatureLayout(shape: [shape.height, shape.width * shape.channels], axes: ["y", "x_channel"])
  }

  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let width = images.shape.count
    for image in 0..<images.count {
      var sum: Float = 0
      for place in 0..<width {
        switch images.pixels {
        case .uint8(let values): sum += Float(values[image * width + place]) / 255
        case .float32(let values): sum += values[image * width + place]
        }
        rows[image * width + place] = sum * Float(factor)
      }
    }
  }

  func picture(of image: Image) throws(MVError) -> Image { image }
}

/// The first pixel; not finite where it is 77, or where asked to fail there.
struct First: Representation {
  static let name = "first"
  static let summary = "the first pixel"
  static let settings: [Setting<First>] = [.bool("strict", \.strict, "is infinite where the pixel is 77")]
  var strict = false
  /// A first pixel that it throws for.
  var refuses = -1

  init() {}
  init(strict: Bool = false, refuses: Int = -1) {
    self.strict = strict
    self.refuses = refuses
  }

  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout { FeatureLayout(shape: [1], axes: ["value"]) }

  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    for image in 0..<images.count {
      switch images[image].pixels {
      case .uint8(let values) where refuses == Int(values[0]):
        throw .badData("image", "begins with \(values[0])", remedy: "leave it out", row: image)
      case .uint8(let values): rows[image] = strict && values[0] == 77 ? .infinity : Float(values[0])
      case .float32(let values): rows[image] = values[0]
      }
    }
  }

  func picture(of image: Image) throws(MVError) -> Image { image }
}
