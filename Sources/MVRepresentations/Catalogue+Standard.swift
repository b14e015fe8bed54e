extension Catalogue {
  /// The representations of this package; a new one is one line here.
  public static let standard = Catalogue([
    Entry(PixelValues.self),
    Entry(HOG.self, isDefault: true),
    Entry(OpenCVHOG.self),
    Entry(HOGLayer.self),
    Entry(LBP.self, isDefault: true),
    Entry(ColorHistogram.self, isDefault: true),
    Entry(Scattering.self, isDefault: true),
    Entry(PatchScattering.self),
    Entry(LocalDeviation.self),
    Entry(CosineTransform.self),
    Entry(Augment.self),
  ])
}
