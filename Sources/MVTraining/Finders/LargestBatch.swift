internal import MVCore
internal import MVNetworks

extension Learner {
  /// An error of a step as its user should see it: where memory ran out, it names a batch that fits.
  ///
  /// Halves of the batch are tried, each by a step of its own weights; that needs no more than the step which failed.
  func explained(_ given: MVError) -> MVError {
    guard given.kind == .outOfMemory else { return given }
    var settings = settings
    // They are among the representations of the data already.
    settings.teachers = []
    settings.representations = .all
    settings.accumulate = 1
    // Of a rank, the device of its number.
    settings.device = Torch.device
    let ranks = group?.ranks.size ?? 1
    let least = settings.estimator == .unbiased ? 4 : 2
    do throws(MVError) {
      let part = try Self.largestBatch(below: settings.batchSize / ranks, least: least) { (size) throws(MVError) in
        settings.batchSize = size
        let finder = BatchSizeFinder(smallest: size, largest: size, steps: 2)
        _ = try finder.search(settings, data: data)
      }
      return Self.outOfMemory(batch: self.settings.batchSize, ranks: ranks, fitting: part, device: Torch.deviceName)
    } catch {
      // What keeps a smaller batch from being tried says nothing of memory.
      return given
    }
  }

  /// The first half, quarter and so on of a batch that `attempt` does not fail with for want of memory; nil for none.
  ///
  /// Throws where it fails otherwise.
  static func largestBatch(
    below size: Int, least: Int, _ attempt: (Int) throws(MVError) -> Void
  ) throws(MVError) -> Int? {
    var size = size / 2
    while size >= least {
      do throws(MVError) {
        try attempt(size)
        return size
      } catch {
        guard error.kind == .outOfMemory else { throw error }
        size /= 2
      }
    }
    return nil
  }

  /// The error of a batch too large, of all `ranks` together; `fitting` is the part that one of them has room for.
  static func outOfMemory(batch: Int, ranks: Int, fitting: Int?, device: String) -> MVError {
    let subject = "setting batch_size=\(batch)"
    guard let fitting else {
      return MVError(
        .outOfMemory, subject, "needs more memory than \(device) has, and so do smaller ones",
        remedy: "use a smaller encoder or projector, or smaller images")
    }
    let whole = fitting * ranks
    return MVError(
      .outOfMemory, subject, "needs more memory than \(device) has",
      remedy: "batch_size=\(whole) fits; with accumulate=\((batch + whole - 1) / whole) a step is of as many images")
  }
}
