internal import Foundation
public import MVCore

/// Blurs an image as Pillow's `ImageFilter.GaussianBlur` does: by three box blurs that come near a Gaussian.
public struct BoxedBlur: Augmentation {
  /// The range that the standard deviation is drawn from, in pixels.
  public let deviation: ClosedRange<Double>

  /// Creates a blur; the default is VICReg's.
  public init(deviation: ClosedRange<Double> = 0.1...2) { self.deviation = deviation }

  /// The blurred image.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    changed(image, using: &generator)
  }

  /// Blurs the image.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    image.blurByBoxes(deviation: generator.uniform(in: deviation))
  }
}

extension RGBImage {
  /// Blurs by three boxes along each axis, whose variance together is that of a Gaussian of `deviation` pixels.
  ///
  /// Beyond its border the image goes on as its edge. The bytes are Pillow's.
  mutating func blurByBoxes(deviation: Double) {
    let box = Box(deviation: deviation)
    let (height, width) = (height, width)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for row in 0..<height { box.blur(pixels, from: row * width * 3, count: width, step: 3) }
      for column in 0..<width { box.blur(pixels, from: column * 3, count: height, step: width * 3) }
    }
  }
}

/// A box of a width that need not be whole: `reach` pixels to either side, and a part of one more.
private struct Box {
  let reach: Int
  /// The weights of a whole pixel and of the outermost ones, in parts of 2^24.
  let (whole, part): (UInt32, UInt32)

  private static let passes = 3

  /// Gwosdek and others 2011, "Theoretical Foundations of Gaussian Convolution by Extended Box Filtering".
  ///
  /// In single precision where Pillow is, since the last bit may decide a weight.
  init(deviation: Double) {
    let variance = Float(deviation) * Float(deviation) / Float(Self.passes)
    let length = Float((12 * Double(variance) + 1).squareRoot())
    let inner = Float(((Double(length) - 1) / 2).rounded(.down))
    var rest = (2 * inner + 1) * (inner * (inner + 1) - 3 * variance)
    rest /= 6 * (variance - (inner + 1) * (inner + 1))
    let radius = inner + rest
    reach = Int(radius)
    whole = UInt32(Float(1 << 24) / (radius * 2 + 1))
    part = (UInt32(1 << 24) - UInt32(2 * reach + 1) * whole) / 2
  }

  /// Blurs the `count` pixels, of three values each, that lie `step` values apart.
  func blur(_ pixels: UnsafeMutableBufferPointer<UInt8>, from start: Int, count: Int, step: Int) {
    // Room for the edge on both sides, so that no place is asked about.
    let room = reach + 1
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count + 2 * room) { line in
      for channel in 0..<3 {
        for place in 0..<count { line[room + place] = UInt32(pixels[start + place * step + channel]) }
        for _ in 0..<Self.passes { pass(line, count, room) }
        for place in 0..<count { pixels[start + place * step + channel] = UInt8(line[room + place]) }
      }
    }
  }

  private func pass(_ line: UnsafeMutableBufferPointer<UInt32>, _ count: Int, _ room: Int) {
    for place in 0..<room {
      line[place] = line[room]
      line[room + count + place] = line[room + count - 1]
    }
    var sum = line[0..<2 * reach + 1].reduce(0, +)
    // The pixel that leaves the box is still asked for when its own place is written.
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { result in
      for place in 0..<count {
        // Of place's box, the line holds its middle at place + room.
        sum = sum + line[place + 2 * reach + 1] - line[place]
        let outer = line[place] + line[place + 2 * reach + 2]
        result[place] = (sum * whole + outer * part + 1 << 23) >> 24
      }
      for place in 0..<count { line[room + place] = result[place] }
    }
  }
}
