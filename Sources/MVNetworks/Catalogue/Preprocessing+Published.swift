internal import MVImaging

extension Preprocessing {
  /// The same with another length that the shorter side is scaled to.
  func resizing(to side: Int) -> Preprocessing {
    var own = self
    own.framing.resize = side
    return own
  }

  /// The same with images scaled whatever their proportions.
  func stretched() -> Preprocessing {
    var own = self
    own.framing.stretches = true
    return own
  }

  /// The same with another interpolation.
  func interpolated(_ interpolation: Resampling) -> Preprocessing {
    var own = self
    own.framing.interpolation = interpolation
    return own
  }

  /// The same with another normalization.
  func normalized(mean: [Float], deviation: [Float]) -> Preprocessing {
    Preprocessing(framing: framing, mean: mean, deviation: deviation)
  }
}
