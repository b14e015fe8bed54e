public import MVImaging

extension PublishedPreprocessing {
  /// The same as what is done to an image.
  public var steps: Preprocessing {
    Preprocessing(
      framing: Framing(.square(crop), resize: resize, interpolation: interpolation), mean: mean, deviation: deviation)
  }
}
