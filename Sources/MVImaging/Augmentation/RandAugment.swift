public import MVCore

/// Applies a few operations, each drawn from one list and all of one strength (Cubuk and others 2020).
///
/// Equal to torchvision's RandAugment.
public struct RandAugment: Augmentation {
  /// The operations to draw from: all but `invert`.
  public static let operations = AugmentationOperation.allCases.filter { $0 != .invert }

  /// The number of operations applied one after the other.
  public let operationCount: Int
  /// The strength of all operations, 0..<`binCount`.
  public let magnitude: Int
  /// The number of strengths.
  public let binCount: Int

  /// Creates a change; the defaults are torchvision's.
  public init(operationCount: Int = 2, magnitude: Int = 9, binCount: Int = 31) {
    precondition(operationCount >= 0 && binCount > 1 && (0..<binCount).contains(magnitude), "no such strength")
    self.operationCount = operationCount
    self.magnitude = magnitude
    self.binCount = binCount
  }

  /// The image after `operationCount` randomly drawn operations.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    var view = image
    for _ in 0..<operationCount {
      let operation = Self.operations[generator.integer(below: Self.operations.count)]
      let size = ImageSize(height: view.height, width: view.width)
      let strength = operation.magnitude(ofBin: magnitude, among: binCount, for: size)
      let sign: Double = operation.isSigned && generator.chance(0.5) ? -1 : 1
      view = operation.apply(to: view, magnitude: sign * strength)
    }
    return view
  }
}
