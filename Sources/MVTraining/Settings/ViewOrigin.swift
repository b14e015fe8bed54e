internal import MVCore
internal import MVImaging

/// What the random crops of views are cut of.
public enum ViewOrigin: String, Hashable, Sendable, Codable, CaseIterable {
  /// The image file or the stored image, before it is brought to the network's size, as torchvision's trainers do.
  case photograph
  /// The plain image, as it is fed to the network: what version 0.1 did.
  case plain

  static let help = "what random crops are cut of: the image before it is brought to the network's size, or after"
}

extension TrainingSettings {
  /// What data for these settings is to keep: photographs only where views are cut of them.
  var keptViews: ViewOrigin { AugmentationPolicy(policy, size: .square(32)).scalesCrops ? viewsFrom : .plain }

  /// The threads that prepare batches, of the `share` that this process has.
  func preparingThreads(of share: Int) -> Int { workers == 0 ? share : workers }
}

extension FinetuneSettings {
  var preparingThreads: Int { workers == 0 ? Parallel.processorCount : workers }
}
