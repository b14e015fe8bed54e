internal import CKernels
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
    changed(image, using: &generator)
  }

  /// Blurs the image.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    image.blur(kernelSize: kernelSize, deviation: generator.uniform(in: deviation))
  }
}

extension RGBImage {
  /// Blurs by a Gaussian of `kernelSize` taps along each axis and a standard deviation of `deviation` pixels.
  ///
  /// The image is mirrored at its border, its edge not repeated. Half the kernel must be smaller than the image's
  /// sides.
  public func blurred(kernelSize: Int, deviation: Double) -> RGBImage {
    var copy = self
    copy.blur(kernelSize: kernelSize, deviation: deviation)
    return copy
  }

  /// Blurs as ``blurred(kernelSize:deviation:)`` says.
  mutating func blur(kernelSize: Int, deviation: Double) {
    guard kernelSize > 1 else { return }
    let reach = kernelSize / 2
    precondition(reach < height && reach < width, "the kernel reaches beyond the mirrored image")
    let raw = (-reach...reach).map { Float(exp(-0.5 * pow(Double($0) / deviation, 2))) }
    let sum = raw.reduce(0, +)
    let taps = raw[reach...].map { $0 / sum }
    let (height, width) = (height, width)
    pixels.withUnsafeMutableBufferPointer { mvk_blur($0.baseAddress, height, width, taps, reach) }
  }
}
