internal import MVCore
internal import MVImaging
internal import MVStore

/// The data of one training step, prepared on other threads.
struct PreparedBatch: Sendable {
  /// How many batches are made or waiting at a time.
  static let ahead = 2

  /// The plain images, 8-bit RGB; empty where they are not asked for.
  let plain: [UInt8]
  /// One random view of each image, 8-bit RGB.
  let augmented: [UInt8]
  /// The random view that the first is paired with, if it is not the plain image.
  let pairedView: [UInt8]?
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
  /// of the batch. Throws where an image cannot be read.
  init(
    of data: TrainingData, at indices: [Int], epoch: Int, batch: Int, seed: UInt64, policy: AugmentationPolicy,
    from origin: ViewOrigin, plain needsPlain: Bool = true, paired: Bool = false,
    released: ReleasedAugmentation?, workers: Int
  ) throws(MVError) {
    let size = data.shape.count
    let total = indices.count * size
    let hasSecondView = data.targets.contains {
      if case .augmented = $0.origin { true } else { false }
    }
    let needsSecondView = hasSecondView && released == nil
    let needed = [needsPlain, true, needsSecondView, paired]
    nonisolated(unsafe) let buffers = needed.map {
      UnsafeMutableBufferPointer<UInt8>.allocate(capacity: $0 ? total : 0)
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    // Each index writes a range of its own.
    try Parallel.forEach(indices.count, threads: workers) { (place) throws(MVError) in
      let range = place * size..<(place + 1) * size
      let sample = try data.pictures.sample(indices[place], severalViews: needed.count { $0 } > 1)
      if needsPlain {
        _ = UnsafeMutableBufferPointer(rebasing: buffers[0][range]).update(fromContentsOf: try sample.plain().pixels)
      }
      for (view, stream) in [(1, RandomStream.view), (2, .augmentedTarget), (3, .secondView)] where needed[view] {
        var generator = SeededGenerator(
          seed: seed, keys: stream.rawValue, UInt64(epoch), UInt64(indices[place]))
        let changed = try sample.view(policy, from: origin, using: &generator)
        _ = UnsafeMutableBufferPointer(rebasing: buffers[view][range]).update(fromContentsOf: changed.pixels)
      }
    }
    plain = Array(buffers[0])
    augmented = Array(buffers[1])
    secondView = needsSecondView ? Array(buffers[2]) : nil
    pairedView = paired ? Array(buffers[3]) : nil
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
