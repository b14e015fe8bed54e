internal import Foundation
internal import MVCore
internal import MVImaging

/// The second view of the released code: a representation of the plain images, drawn on their normalized pixels.
///
/// It is the policy `custom` whatever the run's own, as torchvision 0.13 applies it to a tensor: one draw for all
/// images of a batch; bilinear resizing without antialiasing; and a color jitter that takes normalized values for
/// colors, so that brightness, contrast and saturation clamp them to 0...1.
struct ReleasedAugmentation: Sendable {
  /// The size of the images and of the views.
  let size: ImageSize
  /// What images are normalized by.
  let statistics: ImageStatistics

  private static let colors = (strength: 0.8, hue: 0.2, probability: 0.8)
  private static let grayProbability = 0.2
  private static let deviations = 0.1...2.0

  /// What is done to every image of one batch.
  struct Draw: Hashable, Sendable {
    /// The rectangle that is brought to the size of the images.
    struct Crop: Hashable, Sendable {
      var top: Int
      var left: Int
      var height: Int
      var width: Int
    }

    /// The changes of color, in order.
    enum Change: Hashable, Sendable {
      case brightness(Double)
      case contrast(Double)
      case saturation(Double)
      case hue(Double)
    }

    var crop: Crop
    var isFlipped: Bool
    /// Nothing where the colors stay.
    var changes: [Change]
    var isGray: Bool
    /// The standard deviation of the blur in pixels.
    var deviation: Double
  }

  /// Draws the changes of one batch.
  func draw(using generator: inout SeededGenerator) -> Draw {
    let place = RandomResizedCrop(size: size).crop(height: size.height, width: size.width, using: &generator)
    let isFlipped = generator.chance(0.5)
    let (strength, hue) = (Self.colors.strength, Self.colors.hue)
    var changes: [Draw.Change] = []
    if generator.chance(Self.colors.probability) {
      let order = generator.permutation(of: 4)
      let factors = (0..<3).map { _ in generator.uniform(in: 1 - strength...1 + strength) }
      let turn = generator.uniform(in: -hue...hue)
      let all: [Draw.Change] = [.brightness(factors[0]), .contrast(factors[1]), .saturation(factors[2]), .hue(turn)]
      changes = order.map { all[$0] }
    }
    return Draw(
      crop: Draw.Crop(top: place.top, left: place.left, height: place.height, width: place.width),
      isFlipped: isFlipped, changes: changes, isGray: generator.chance(Self.grayProbability),
      deviation: generator.uniform(in: Self.deviations))
  }

  /// One row an image: its view, channel by channel; `pixels` are 8-bit RGB images of ``size``.
  func rows(_ draw: Draw, of pixels: [UInt8], workers: Int) -> Matrix {
    let columns = 3 * size.height * size.width
    let count = pixels.count / columns
    var values = [Float](repeating: 0, count: pixels.count)
    values.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer
      // Each index writes a range of its own.
      Parallel.forEach(count, threads: workers) { index in
        let image = normalized(pixels[index * columns..<(index + 1) * columns])
        let view = view(of: image, by: draw)
        _ = UnsafeMutableBufferPointer(rebasing: target[index * columns..<(index + 1) * columns])
          .update(fromContentsOf: view)
      }
    }
    return Matrix(rows: count, columns: columns, values: values)
  }

  /// The normalized pixels of one image, channel by channel.
  func normalized(_ pixels: ArraySlice<UInt8>) -> [Float] {
    let count = size.height * size.width
    var planes = [Float](repeating: 0, count: 3 * count)
    for channel in 0..<3 {
      let (mean, deviation) = (statistics.mean[channel], statistics.deviation[channel])
      for place in 0..<count {
        let value = Float(pixels[pixels.startIndex + place * 3 + channel]) / 255
        planes[channel * count + place] = (value - mean) / deviation
      }
    }
    return planes
  }

  /// The view of one image; `planes` are its normalized pixels, channel by channel.
  func view(of planes: [Float], by draw: Draw) -> [Float] {
    var view = resized(planes, draw.crop, isFlipped: draw.isFlipped)
    for change in draw.changes { Self.apply(change, to: &view) }
    if draw.isGray { Self.mix(&view, by: 0, clamping: false) { red, green, blue in Self.gray(red, green, blue) } }
    return blurred(view, draw.deviation)
  }

  private func resized(_ planes: [Float], _ crop: Draw.Crop, isFlipped: Bool) -> [Float] {
    let (height, width) = (size.height, size.width)
    // The two pixels that each pixel lies between, and the share of the second.
    func places(_ length: Int, of extent: Int, from start: Int) -> [(first: Int, second: Int, share: Float)] {
      (0..<length).map { place in
        let exact = max(0, (Float(place) + 0.5) * (Float(extent) / Float(length)) - 0.5)
        let first = min(Int(exact), extent - 1)
        return (start + first, start + min(first + 1, extent - 1), exact - Float(first))
      }
    }
    let rows = places(height, of: crop.height, from: crop.top)
    var columns = places(width, of: crop.width, from: crop.left)
    if isFlipped { columns.reverse() }
    var result = [Float](repeating: 0, count: planes.count)
    for channel in 0..<3 {
      let plane = channel * height * width
      for (row, vertical) in rows.enumerated() {
        let (upper, lower) = (plane + vertical.first * width, plane + vertical.second * width)
        for (column, across) in columns.enumerated() {
          let above = planes[upper + across.first] * (1 - across.share) + planes[upper + across.second] * across.share
          let below = planes[lower + across.first] * (1 - across.share) + planes[lower + across.second] * across.share
          result[plane + row * width + column] = above * (1 - vertical.share) + below * vertical.share
        }
      }
    }
    return result
  }

  private func blurred(_ planes: [Float], _ deviation: Double) -> [Float] {
    let (height, width) = (size.height, size.width)
    // The kernel covers a twentieth of the image to either side, as that of the policy `custom`.
    let reach = Int(0.05 * Double(min(height, width)))
    guard reach > 0 else { return planes }
    let raw = (-reach...reach).map { Float(exp(-0.5 * pow(Double($0) / deviation, 2))) }
    let sum = raw.reduce(0, +)
    let taps = raw.map { $0 / sum }
    func mirrored(_ place: Int, _ length: Int) -> Int {
      place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place
    }
    let columns = (-reach..<width + reach).map { mirrored($0, width) }
    let rows = (-reach..<height + reach).map { mirrored($0, height) }
    var across = [Float](repeating: 0, count: planes.count)
    var result = across
    for plane in stride(from: 0, to: planes.count, by: height * width) {
      for line in stride(from: plane, to: plane + height * width, by: width) {
        for column in 0..<width {
          var value: Float = 0
          for tap in taps.indices { value += taps[tap] * planes[line + columns[column + tap]] }
          across[line + column] = value
        }
      }
      for row in 0..<height {
        for tap in taps.indices {
          let (from, to) = (plane + rows[row + tap] * width, plane + row * width)
          for column in 0..<width { result[to + column] += taps[tap] * across[from + column] }
        }
      }
    }
    return result
  }
}

extension ReleasedAugmentation {
  fileprivate static func gray(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.2989 * red + 0.587 * green + 0.114 * blue
  }

  fileprivate static func apply(_ change: Draw.Change, to view: inout [Float]) {
    switch change {
    case .brightness(let factor): mix(&view, by: Float(factor)) { _, _, _ in 0 }
    case .contrast(let factor):
      let count = view.count / 3
      var sum = 0.0
      for place in 0..<count { sum += Double(gray(view[place], view[count + place], view[2 * count + place])) }
      let mean = Float(sum / Double(count))
      mix(&view, by: Float(factor)) { _, _, _ in mean }
    case .saturation(let factor): mix(&view, by: Float(factor)) { gray($0, $1, $2) }
    case .hue(let turn): Self.turn(&view, by: Float(turn))
    }
  }

  /// Mixes each pixel with one value for its channels, and clamps it to what torchvision takes for black and white.
  fileprivate static func mix(
    _ view: inout [Float], by factor: Float, clamping: Bool = true, with other: (Float, Float, Float) -> Float
  ) {
    let count = view.count / 3
    for place in 0..<count {
      let share = (1 - factor) * other(view[place], view[count + place], view[2 * count + place])
      for channel in 0..<3 {
        let value = factor * view[channel * count + place] + share
        view[channel * count + place] = clamping ? min(1, max(0, value)) : value
      }
    }
  }

  /// Turns the hue of each pixel by a share of the color circle.
  ///
  /// Values below 0, which no color has, go through the formulas of torchvision as others do: the largest channel keeps
  /// its value, the others are clamped.
  private static func turn(_ view: inout [Float], by turn: Float) {
    let count = view.count / 3
    for place in 0..<count {
      let (red, green, blue) = (view[place], view[count + place], view[2 * count + place])
      let largest = max(red, green, blue)
      let range = largest - min(red, green, blue)
      let saturation = range == 0 ? 0 : range / largest
      let divisor = range == 0 ? 1 : range
      let (r, g, b) = ((largest - red) / divisor, (largest - green) / divisor, (largest - blue) / divisor)
      let sixths = largest == red ? b - g : largest == green ? 2 + r - b : 4 + g - r
      var hue = (sixths / 6 + 1).truncatingRemainder(dividingBy: 1) + turn
      hue -= hue.rounded(.down)
      let sector = (hue * 6).rounded(.down)
      let rest = hue * 6 - sector
      func clamped(_ share: Float) -> Float { min(1, max(0, largest * (1 - share))) }
      let (p, q, t) = (clamped(saturation), clamped(saturation * rest), clamped(saturation * (1 - rest)))
      let color: (Float, Float, Float) =
        switch Int(sector) % 6 {
        case 0: (largest, t, p)
        case 1: (q, largest, p)
        case 2: (p, largest, t)
        case 3: (p, q, largest)
        case 4: (t, p, largest)
        default: (largest, p, q)
        }
      (view[place], view[count + place], view[2 * count + place]) = color
    }
  }
}
