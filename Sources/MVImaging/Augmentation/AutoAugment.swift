public import MVCore

/// Applies one of 25 pairs of operations that were found by search on ImageNet (Cubuk and others 2019).
///
/// Equal to torchvision's AutoAugment.
public struct AutoAugment: Augmentation {
  /// One operation of a pair, its probability and its strength.
  public struct Step: Hashable, Sendable {
    /// The operation.
    public let operation: AugmentationOperation
    /// The probability that the operation is applied, 0...1.
    public let probability: Double
    /// The strength, 0..<10, or nil where the operation has none.
    public let bin: Int?
  }

  /// The 25 pairs of the ImageNet policy.
  public static let imageNet: [[Step]] = [
    pair(.posterize, 0.4, 8, .rotate, 0.6, 9), pair(.solarize, 0.6, 5, .autoContrast, 0.6),
    pair(.equalize, 0.8, nil, .equalize, 0.6), pair(.posterize, 0.6, 7, .posterize, 0.6, 6),
    pair(.equalize, 0.4, nil, .solarize, 0.2, 4), pair(.equalize, 0.4, nil, .rotate, 0.8, 8),
    pair(.solarize, 0.6, 3, .equalize, 0.6), pair(.posterize, 0.8, 5, .equalize, 1),
    pair(.rotate, 0.2, 3, .solarize, 0.6, 8), pair(.equalize, 0.6, nil, .posterize, 0.4, 6),
    pair(.rotate, 0.8, 8, .color, 0.4, 0), pair(.rotate, 0.4, 9, .equalize, 0.6),
    pair(.equalize, 0, nil, .equalize, 0.8), pair(.invert, 0.6, nil, .equalize, 1),
    pair(.color, 0.6, 4, .contrast, 1, 8), pair(.rotate, 0.8, 8, .color, 1, 2),
    pair(.color, 0.8, 8, .solarize, 0.8, 7), pair(.sharpness, 0.4, 7, .invert, 0.6),
    pair(.shearX, 0.6, 5, .equalize, 1), pair(.color, 0.4, 0, .equalize, 0.6),
    pair(.equalize, 0.4, nil, .solarize, 0.2, 4), pair(.solarize, 0.6, 5, .autoContrast, 0.6),
    pair(.invert, 0.6, nil, .equalize, 1), pair(.color, 0.6, 4, .contrast, 1, 8),
    pair(.equalize, 0.8, nil, .equalize, 0.6),
  ]

  private static let binCount = 10
  /// The pairs, of which each image gets one.
  public let pairs: [[Step]]

  /// Creates a change that draws one of `pairs` for each image.
  public init(pairs: [[Step]] = AutoAugment.imageNet) {
    precondition(!pairs.isEmpty, "there is nothing to draw from")
    self.pairs = pairs
  }

  /// The image after one randomly drawn pair of operations.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    var view = image
    for step in pairs[generator.integer(below: pairs.count)] {
      // Both numbers are drawn in any case, so that one step's choice does not shift the next one's.
      let isMade = generator.uniform() <= step.probability
      let isNegative = generator.chance(0.5) && step.operation.isSigned
      guard isMade else { continue }
      let size = ImageSize(height: view.height, width: view.width)
      let strength = step.bin.map { step.operation.magnitude(ofBin: $0, among: Self.binCount, for: size) } ?? 0
      view = step.operation.apply(to: view, magnitude: isNegative ? -strength : strength)
    }
    return view
  }

  private static func pair(
    _ first: AugmentationOperation, _ often: Double, _ bin: Int?, _ second: AugmentationOperation,
    _ oftenSecond: Double,
    _ binSecond: Int? = nil
  ) -> [Step] {
    [
      Step(operation: first, probability: often, bin: bin),
      Step(operation: second, probability: oftenSecond, bin: binSecond),
    ]
  }
}
