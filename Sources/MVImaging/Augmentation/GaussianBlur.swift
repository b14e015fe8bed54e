internal import Foundation
public import MVCore

/// Blurs an image by a Gaussian of random width (torchvision's GaussianBlur).
public struct GaussianBlur: Augmentation {
  /// The side of the kernel in pixels: odd, and 1 does not blur.
  public let kernelSize: Int
  /// The range that the standard deviation is drawn from, in pixels.
  public let deviation: ClosedRange<Double>

  /// Creates a blur; `kernelSize` must be odd.
  public init(kernelSize: Int, deviation: ClosedRange<Double> = 0.1...2) {
    precondition(kernelSize > 0 && kernelSize % 2 == 1, "a kernel has a middle pixel")
    self.kernelSize = kernelSize
    self.deviation = deviation
  }

  /// The blurred image.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    image.blurred(kernelSize: kernelSize, deviation: generator.uniform(in: deviation))
  }
}

extension RGBImage {
  /// Blurs by a Gaussian of `kernelSize` taps along each axis and a standard deviation of `deviation` pixels.
  ///
  /// The image is mirrored at its border, its edge not repeated. Half the kernel must be smaller than the image's
  /// sides.
  public func blurred(kernelSize: Int, deviation: Double) -> RGBImage {
    guard kernelSize > 1 else { return self }
    let reach = kernelSize / 2
    precondition(reach < height && reach < width, "the kernel reaches beyond the mirrored image")
    let raw = (-reach...reach).map { Float(exp(-0.5 * pow(Double($0) / deviation, 2))) }
    let sum = raw.reduce(0, +)
    let taps = raw.map { $0 / sum }
    func mirrored(_ place: Int, _ length: Int) -> Int {
      place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place
    }
    let columns = (-reach..<width + reach).map { mirrored($0, width) * 3 }
    let rows = (-reach..<height + reach).map { mirrored($0, height) * width * 3 }
    var between = [Float](repeating: 0, count: pixels.count)
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        between.withUnsafeMutableBufferPointer { between in
          for row in 0..<height {
            let line = row * width * 3
            for column in 0..<width {
              for (tap, weight) in taps.enumerated() {
                let from = line + columns[column + tap]
                for channel in 0..<3 {
                  between[line + column * 3 + channel] += weight * Float(source[from + channel])
                }
              }
            }
          }
          for row in 0..<height {
            let line = row * width * 3
            for place in 0..<width * 3 {
              var value: Float = 0
              for (tap, weight) in taps.enumerated() { value += weight * between[rows[row + tap] + place] }
              target[line + place] = UInt8(max(0, min(255, value.rounded(.toNearestOrEven))))
            }
          }
        }
      }
    }
  }
}
