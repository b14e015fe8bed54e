public import MVCore

/// A few operations, each drawn from the same list and of the same strength (Cubuk and others 2020; torchvision's
/// RandAugment).
public struct RandAugment: Augmentation {
  /// The operations it draws from.
  public static let operations = AugmentationOperation.allCases.filter { $0 != .invert }

  /// How many operations follow each other.
  public let operationCount: Int
  /// Their strength, 0..<`binCount`.
  public let magnitude: Int
  /// How many strengths there are.
  public let binCount: Int

  /// Creates a change; torchvision's defaults.
  public init(operationCount: Int = 2, magnitude: Int = 9, binCount: Int = 31) {
    precondition(operationCount >= 0 && binCount > 1 && (0..<binCount).contains(magnitude), "no such strength")
    self.operationCount = operationCount
    self.magnitude = magnitude
    self.binCount = binCount
  }

  /// The image after `operationCount` operations.
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
