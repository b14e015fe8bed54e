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
  /// The small crops of the images, all of the first one, then all of the second; empty where there are none.
  let locals: [UInt8]
  /// Another random view of each image, if a target asks for it.
  let secondView: [UInt8]?
  /// The class of each image of the whole batch, -1 where unknown; empty where the data has no labels.
  let labels: [Int64]
  /// That view as the released code draws it, normalized, if the run asks for it.
  let releasedView: Matrix?
  /// The rows of each stored target, in the order of the targets; nil for other targets.
  let rows: [Matrix?]

  /// Prepares the images at `indices`, the rows of stored targets at `rows`, and the labels at `labels`.
  ///
  /// The latter two are the same indices where they are not given; a rank of several may want those of the whole batch.
  /// Every random choice is keyed by `(seed, epoch, image)`, and that of `released`, where it is given, by the number
  /// of the batch. Throws where an image cannot be read.
  init(
    of data: TrainingData, at indices: [Int], rowsAt wanted: [Int]? = nil, labelsAt labeled: [Int]? = nil, epoch: Int,
    batch: Int, seed: UInt64, views: ViewPlan,
    plain needsPlain: Bool = true, released: ReleasedAugmentation? = nil, workers: Int
  ) throws(MVError) {
    let size = data.shape.count
    let total = indices.count * size
    let hasSecondView = data.targets.contains {
      if case .augmented = $0.origin { true } else { false }
    }
    let needsSecondView = hasSecondView && released == nil
    let needed = [needsPlain, true, needsSecondView, views.second != nil]
    let policies =
      [(1, views.first, RandomStream.view), (2, views.first, .augmentedTarget)]
      + (views.second.map { [(3, $0, .secondView)] } ?? [])
    let localBytes = views.locals.map { $0.size.height * $0.size.width * 3 } ?? 0
    nonisolated(unsafe) let buffers =
      (needed.map { $0 ? total : 0 } + [indices.count * localBytes * (views.locals?.count ?? 0)]).map {
        UnsafeMutableBufferPointer<UInt8>.allocate(capacity: $0)
      }
    defer { for buffer in buffers { buffer.deallocate() } }
    // Each index writes ranges of its own.
    try Parallel.forEach(indices.count, threads: workers) { (place) throws(MVError) in
      let range = place * size..<(place + 1) * size
      let row = UInt64(indices[place])
      let sample = try data.pictures.sample(
        indices[place], severalViews: views.locals != nil || needed.count { $0 } > 1)
      if needsPlain {
        _ = UnsafeMutableBufferPointer(rebasing: buffers[0][range]).update(fromContentsOf: try sample.plain().pixels)
      }
      for (view, policy, stream) in policies where needed[view] {
        var generator = SeededGenerator(seed: seed, keys: stream.rawValue, UInt64(epoch), row)
        let changed = try sample.view(policy, from: views.origin, using: &generator)
        _ = UnsafeMutableBufferPointer(rebasing: buffers[view][range]).update(fromContentsOf: changed.pixels)
      }
      guard let locals = views.locals else { return }
      for number in 0..<locals.count {
        var generator = SeededGenerator(
          seed: seed, keys: RandomStream.localCrop.rawValue, UInt64(epoch), row, UInt64(number))
        let crop = try sample.view(locals.policy, from: views.origin, using: &generator)
        let start = (number * indices.count + place) * localBytes
        _ = UnsafeMutableBufferPointer(rebasing: buffers[4][start..<start + localBytes])
          .update(fromContentsOf: crop.pixels)
      }
    }
    plain = Array(buffers[0])
    augmented = Array(buffers[1])
    secondView = needsSecondView ? Array(buffers[2]) : nil
    pairedView = views.second == nil ? nil : Array(buffers[3])
    locals = Array(buffers[4])
    labels = data.labels.isEmpty ? [] : (labeled ?? indices).map { data.labels[$0] }
    if let released, hasSecondView {
      var generator = SeededGenerator(seed: seed, keys: RandomStream.releasedTarget.rawValue, UInt64(batch))
      releasedView = released.rows(released.draw(using: &generator), of: plain, workers: workers)
    } else {
      releasedView = nil
    }
    rows = data.targets.map {
      if case .stored(let rows) = $0.origin { rows.matrix(at: wanted ?? indices) } else { nil }
    }
  }
}
