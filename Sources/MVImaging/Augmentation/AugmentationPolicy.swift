public import MVCore

/// Random changes, applied one after the other, that make one view of an image.
public struct AugmentationPolicy: Augmentation {
  /// The policies of the released MV-MR code, under its names, `crop`, and those published with other losses.
  public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
    /// As published: crop and resize, flip, color jitter with probability 0.8, gray with 0.2, blur.
    case custom
    /// Pads by 4 pixels, crops, flips.
    case cifar
    /// Mild color jitter with probability 0.8, gray with 0.1, crop of at least a fifth with bicubic resizing, flip.
    case cifar20
    /// Crop and resize, then four operations of ``RandAugment`` of strength 10.
    case randAugment = "randaugment"
    /// Crop and resize, then ``AutoAugment``.
    case autoAugment = "autoaugment"
    /// Crop and resize, flip: what classifiers are trained on in linear evaluation and fine-tuning.
    case crop
    /// As published with SimCLR: crop, flip, color jitter with probability 0.8, gray with 0.2, blur with 0.5.
    case simclr
    /// The same for small images, by its appendix B.9: jitter of half the strength, no blur.
    case simclrCIFAR = "simclr-cifar"
    /// As published with VICReg: crop, flip, mild jitter with 0.8, gray with 0.2; one view of two is blurred, the other
    /// one with 0.1, and solarized with 0.2.
    case vicreg
    /// Leaves the image as it is.
    case none
  }

  /// The changes, in order.
  public let steps: [any Augmentation]

  /// Creates a policy that applies `steps` in order.
  public init(_ steps: [any Augmentation]) { self.steps = steps }

  /// Creates a policy; `size` is the views' size in pixels.
  ///
  /// `isSecond` tells whether it is for the second view of a pair, which `vicreg` makes otherwise. `scale` is the range
  /// of the share of an image that a random crop takes; nil takes that of the policy.
  public init(_ name: Name, size: ImageSize, isSecond: Bool = false, scale: ClosedRange<Double>? = nil) {
    let published = Self(published: name, size: size, isSecond: isSecond)
    guard let scale else {
      self = published
      return
    }
    self.init(
      published.steps.map { step in
        guard let crop = step as? RandomResizedCrop else { return step }
        return RandomResizedCrop(size: crop.size, scale: scale, ratio: crop.ratio, filter: crop.filter)
      })
  }

  private init(published name: Name, size: ImageSize, isSecond: Bool) {
    switch name {
    case .custom:
      // The kernel covers a twentieth of the image to either side; images below 20 pixels are not blurred.
      let reach = Int(0.05 * Double(min(size.height, size.width)))
      self.init([
        RandomResizedCrop(size: size), RandomHorizontalFlip(),
        RandomlyApplied(ColorJitter(brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2), probability: 0.8),
        RandomGrayscale(probability: 0.2), GaussianBlur(kernelSize: 2 * reach + 1),
      ])
    case .cifar: self.init([RandomCrop(size: size, padding: 4), RandomHorizontalFlip()])
    case .cifar20:
      self.init([
        RandomlyApplied(ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1), probability: 0.8),
        RandomGrayscale(probability: 0.1),
        RandomResizedCrop(size: size, scale: 0.2...1, ratio: 0.75...4.0 / 3, filter: .bicubic),
        RandomHorizontalFlip(),
      ])
    case .randAugment: self.init([RandomResizedCrop(size: size), RandAugment(operationCount: 4, magnitude: 10)])
    case .autoAugment: self.init([RandomResizedCrop(size: size), AutoAugment()])
    case .crop: self.init([RandomResizedCrop(size: size), RandomHorizontalFlip()])
    case .simclr:
      // A kernel of a tenth of the image, made odd; images below 20 pixels are not blurred.
      let reach = min(size.height, size.width) / 10 / 2
      self.init([
        RandomResizedCrop(size: size, filter: .bicubic), RandomHorizontalFlip(),
        RandomlyApplied(ColorJitter(brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2), probability: 0.8),
        RandomGrayscale(probability: 0.2),
        RandomlyApplied(GaussianBlur(kernelSize: 2 * reach + 1), probability: 0.5),
      ])
    case .simclrCIFAR:
      self.init([
        RandomResizedCrop(size: size, filter: .bicubic), RandomHorizontalFlip(),
        RandomlyApplied(ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1), probability: 0.8),
        RandomGrayscale(probability: 0.2),
      ])
    case .vicreg:
      self.init([
        RandomResizedCrop(size: size, filter: .bicubic), RandomHorizontalFlip(),
        RandomlyApplied(ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1), probability: 0.8),
        RandomGrayscale(probability: 0.2), RandomlyApplied(BoxedBlur(), probability: isSecond ? 0.1 : 1),
        RandomlyApplied(Solarization(), probability: isSecond ? 0.2 : 0),
      ])
    case .none: self.init([])
    }
  }

  /// One view of `image`, drawn from the generator.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    changed(image, using: &generator)
  }

  /// Puts one view of `image` in its place.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    for step in steps { step.change(&image, using: &generator) }
  }

  /// Whether a view is cut out of a photograph and scaled, so that it is better taken from the whole of it.
  package var scalesCrops: Bool { steps.contains { $0 is RandomResizedCrop } }

  /// One view of the image that `reader` reads, drawn from the generator: what ``apply(to:using:)`` gives of it.
  ///
  /// In fast decoding the crop is computed of a smaller image where there is one. Throws where the file is damaged.
  package func view(of reader: ImageReader, using generator: inout SeededGenerator) throws(MVError) -> RGBImage {
    guard let crop = steps.first as? RandomResizedCrop else {
      return apply(to: try reader.image(), using: &generator)
    }
    let box = crop.crop(height: reader.size.height, width: reader.size.width, using: &generator)
    var view = try reader.resized(box, to: crop.size, crop.filter)
    for step in steps.dropFirst() { step.change(&view, using: &generator) }
    return view
  }
}
