internal import MVCore
internal import Synchronization

/// The order of the images in each epoch: a permutation keyed by seed and epoch; an incomplete last batch is left out.
final class EpochOrder: Sendable {
  private let count: Int
  private let batchSize: Int
  private let seed: UInt64
  private let latest = Mutex<(epoch: Int, order: [Int])>((-1, []))

  /// The number of steps per epoch.
  let stepsPerEpoch: Int

  init(count: Int, batchSize: Int, seed: UInt64) {
    self.count = count
    self.batchSize = batchSize
    self.seed = seed
    stepsPerEpoch = count / batchSize
  }

  /// The images of the step `step`, counted from the start of the run.
  func indices(at step: Int) -> [Int] {
    let epoch = step / stepsPerEpoch
    let start = step % stepsPerEpoch * batchSize
    return latest.withLock { latest in
      if latest.epoch != epoch {
        var generator = SeededGenerator(seed: seed, keys: RandomStream.order.rawValue, UInt64(epoch))
        latest = (epoch, generator.permutation(of: count))
      }
      return Array(latest.order[start..<start + batchSize])
    }
  }
}
