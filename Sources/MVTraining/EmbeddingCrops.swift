internal import MVCore
public import MVImaging

/// Random views of the training images that are embedded beside the plain ones, to train a classifier over.
public struct EmbeddingCrops: Hashable, Sendable {
  /// The split whose images they are of.
  public var split: String
  /// The number of views of each image, each a split of its own in the file.
  public var count: Int
  /// How a view is made.
  public var policy: AugmentationPolicy.Name
  /// The seed of the views, 0 or more.
  public var seed: Int

  /// Asks for `count` views of each image of a split.
  public init(of split: String, count: Int, policy: AugmentationPolicy.Name = .crop, seed: Int = 0) {
    self.split = split
    self.count = count
    self.policy = policy
    self.seed = seed
  }

  /// What a file records of them.
  var settings: [String: SettingValue] {
    [
      "crops": .int(count), "crops_of": .string(split), "crops_policy": .string(policy.rawValue),
      "crops_seed": .int(seed), "crops_from": .string(ViewOrigin.photograph.rawValue),
    ]
  }
}
