internal import MVCore
internal import MVImaging
internal import MVStore

/// The data of one training step, prepared on other threads.
struct PreparedBatch: Sendable {
  /// The plain images, 8-bit RGB.
  let plain: [UInt8]
  /// One random view of each image, 8-bit RGB.
  let augmented: [UInt8]
  /// Another random view of each image, if a target asks for it.
  let secondView: [UInt8]?
  /// The class of each image, -1 where unknown; empty where the data has no labels.
  let labels: [Int64]
  /// That view as the released code draws it, normalized, if the run asks for it.
  let releasedView: Matrix?
  /// The rows of each stored target, in the order of the targets; nil for other targets.
  let rows: [Matrix?]

  /// Prepares the images at `indices`.
  ///
  /// Every random choice is keyed by `(seed, epoch, image)`, and that of `released`, where it is given, by the number
  /// of the batch.
  init(
    of data: TrainingData, at indices: [Int], epoch: Int, batch: Int, seed: UInt64, policy: AugmentationPolicy,
    released: ReleasedAugmentation?, workers: Int
  ) throws(MVError) {
    let size = data.shape.count
    let total = indices.count * size
    let hasSecondView = data.targets.contains {
      if case .augmented = $0.origin { true } else { false }
    }
    let needsSecondView = hasSecondView && released == nil
    nonisolated(unsafe) let buffers = (0..<3).map { _ in UnsafeMutableBufferPointer<UInt8>.allocate(capacity: total) }
    defer { for buffer in buffers { buffer.deallocate() } }
    // Each index writes a range of its own.
    try Parallel.forEach(indices.count, threads: workers) { (place) throws(MVError) in
      let range = place * size..<(place + 1) * size
      let plain = UnsafeMutableBufferPointer(rebasing: buffers[0][range])
      try data.copyImage(indices[place], into: plain)
      let image = RGBImage(height: data.shape.height, width: data.shape.width, pixels: Array(plain))
      for (view, stream) in [(1, RandomStream.view), (2, .augmentedTarget)] where view == 1 || needsSecondView {
        var generator = SeededGenerator(
          seed: seed, keys: stream.rawValue, UInt64(epoch), UInt64(indices[place]))
        let changed = policy.apply(to: image, using: &generator)
        _ = UnsafeMutableBufferPointer(rebasing: buffers[view][range]).update(fromContentsOf: changed.pixels)
      }
    }
    plain = Array(buffers[0])
    augmented = Array(buffers[1])
    secondView = needsSecondView ? Array(buffers[2]) : nil
    labels = data.labels.isEmpty ? [] : indices.map { data.labels[$0] }
    if let released, hasSecondView {
      var generator = SeededGenerator(seed: seed, keys: RandomStream.releasedTarget.rawValue, UInt64(batch))
      releasedView = released.rows(released.draw(using: &generator), of: plain, workers: workers)
    } else {
      releasedView = nil
    }
    rows = data.targets.map { if case .stored(let rows) = $0.origin { rows.matrix(at: indices) } else { nil } }
  }
}
