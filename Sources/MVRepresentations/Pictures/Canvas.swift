internal import MVCore

/// A picture to draw on, 8-bit RGB in the end; coordinates are pixels from the top left corner, edges antialiased.
struct Canvas {
  /// Red, green and blue, each 0...1.
  struct Color {
    let red: Float
    let green: Float
    let blue: Float

    init(_ red: Float, _ green: Float, _ blue: Float) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    static let white = Color(1, 1, 1)
    static let black = Color(0, 0, 0)

    static func gray(_ level: Float) -> Color { Color(level, level, level) }

    /// A mixture: this color at `share` 0, `other` at `share` 1.
    func mixed(with other: Color, share: Float) -> Color {
      Color(
        red + (other.red - red) * share, green + (other.green - green) * share, blue + (other.blue - blue) * share)
    }
  }

  let width: Int
  let height: Int
  private var pixels: [Color]

  /// Throws where there is no memory for a picture of this size.
  init(width: Int, height: Int, background: Color) throws(MVError) {
    self.width = width
    self.height = height
    // Its bytes in the end are a quarter more.
    let count = Checked.product(width, height) ?? .max
    try LargeArray.check(
      Checked.product(count, MemoryLayout<Color>.stride + 3) ?? .max, for: "a picture of \(height)x\(width) pixels",
      remedy: "make the image smaller first, as with --size, or raise the limit on memory")
    pixels = Array(repeating: background, count: count)
  }

  /// Paints `color` over the pixels of a box, each with the opacity (0...1) that `coverage` gives at its center.
  mutating func paint(
    _ color: Color, x: ClosedRange<Float>, y: ClosedRange<Float>, coverage: (Float, Float) -> Float
  ) {
    let columns = max(0, Int(x.lowerBound.rounded(.down)))..<max(0, min(width, Int(x.upperBound.rounded(.up))))
    let rows = max(0, Int(y.lowerBound.rounded(.down)))..<max(0, min(height, Int(y.upperBound.rounded(.up))))
    guard columns.lowerBound < columns.upperBound else { return }
    for row in rows {
      for column in columns {
        let share = min(max(coverage(Float(column) + 0.5, Float(row) + 0.5), 0), 1)
        guard share > 0 else { continue }
        pixels[row * width + column] = pixels[row * width + column].mixed(with: color, share: share)
      }
    }
  }

  /// Fills a rectangle; a pixel that it covers in part is painted in part.
  mutating func fill(x: ClosedRange<Float>, y: ClosedRange<Float>, _ color: Color, opacity: Float = 1) {
    func overlap(_ range: ClosedRange<Float>, _ center: Float) -> Float {
      max(0, min(range.upperBound, center + 0.5) - max(range.lowerBound, center - 0.5))
    }
    paint(color, x: x, y: y) { opacity * overlap(x, $0) * overlap(y, $1) }
  }

  /// Draws a line with round ends.
  mutating func line(
    from start: (x: Float, y: Float), to end: (x: Float, y: Float), thickness: Float, _ color: Color,
    opacity: Float = 1
  ) {
    let along = (x: end.x - start.x, y: end.y - start.y)
    let squared = max(along.x * along.x + along.y * along.y, 1e-12)
    let reach = thickness / 2 + 1
    paint(
      color, x: min(start.x, end.x) - reach...max(start.x, end.x) + reach,
      y: min(start.y, end.y) - reach...max(start.y, end.y) + reach
    ) { x, y in
      let from = (x: x - start.x, y: y - start.y)
      let position = min(max((from.x * along.x + from.y * along.y) / squared, 0), 1)
      let (dx, dy) = (from.x - position * along.x, from.y - position * along.y)
      return opacity * (thickness / 2 + 0.5 - (dx * dx + dy * dy).squareRoot())
    }
  }

  /// Fills the part of a ring between two radii and two angles, in radians clockwise from the right.
  mutating func sector(
    center: (x: Float, y: Float), radii: ClosedRange<Float>, angles: ClosedRange<Float>, _ color: Color,
    opacity: Float = 1
  ) {
    let reach = radii.upperBound + 1
    let half = (angles.upperBound - angles.lowerBound) / 2
    let middle = (angles.upperBound + angles.lowerBound) / 2
    let (directionX, directionY) = (Float.cosine(middle), Float.sine(middle))
    paint(color, x: center.x - reach...center.x + reach, y: center.y - reach...center.y + reach) { x, y in
      let (dx, dy) = (x - center.x, y - center.y)
      let radius = (dx * dx + dy * dy).squareRoot()
      let ring = min(radii.upperBound + 0.5 - radius, radius - radii.lowerBound + 0.5)
      guard half < .pi else { return opacity * min(ring, 1) }
      // The angle to the middle of the sector, from the components along it and across it.
      let apart = Float.arcTangent(abs(dy * directionX - dx * directionY), dx * directionX + dy * directionY)
      return opacity * min(max(ring, 0), 1) * min(max((half - apart) * radius + 0.5, 0), 1)
    }
  }

  /// The picture drawn so far.
  var image: Image {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pixels.count * 3)
    for pixel in pixels {
      for value in [pixel.red, pixel.green, pixel.blue] {
        bytes.append(UInt8((min(max(value, 0), 1) * 255).rounded()))
      }
    }
    return Image(shape: ImageShape(height: height, width: width, channels: 3), pixels: .uint8(bytes))
  }
}
