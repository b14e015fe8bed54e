internal import MVCore
internal import MVImaging

/// The random views that are made of each image of a batch.
struct ViewPlan: Sendable {
  /// Small crops of an image.
  struct Locals: Sendable {
    let count: Int
    let size: ImageSize
    let policy: AugmentationPolicy
  }

  /// How the first view is made, and the representation `augment`.
  let first: AugmentationPolicy
  /// How the view is made that the first is paired with; nil where that is the plain image.
  let second: AugmentationPolicy?
  /// Small crops beside them; nil for none.
  let locals: Locals?
  /// What random crops are cut of.
  let origin: ViewOrigin

  /// One view of each image.
  init(_ policy: AugmentationPolicy, from origin: ViewOrigin) {
    first = policy
    second = nil
    locals = nil
    self.origin = origin
  }

  /// The views that a run asks for, of images of `size`.
  init(_ settings: TrainingSettings, size: ImageSize) {
    let least = settings.leastCropScale
    let scale = least > 0 ? least...1 : nil
    first = AugmentationPolicy(settings.policy, size: size, scale: scale)
    second =
      settings.pairsRandomViews ? AugmentationPolicy(settings.policy, size: size, isSecond: true, scale: scale) : nil
    locals = settings.localCropSize(of: size).map { local in
      Locals(
        count: settings.localCrops, size: local,
        policy: AugmentationPolicy(settings.policy, size: local, scale: 0.05...settings.localScale))
    }
    origin = settings.viewsFrom
  }
}
