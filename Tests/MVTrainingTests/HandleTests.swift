import CTorch
import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

extension TrainerTests {
  /// No handle is left after a run.
  ///
  /// The count is the process's, and other suites run beside this one: so it is taken again until nothing else has
  /// moved it.
  @Test func handlesReturnToTheirNumber() throws {
    func leak() throws -> Int {
      let before = Torch.liveHandles
      do {
        let folder = try TemporaryFolder()
        var settings = Self.settings(epochs: 2)
        settings.clip = 1
        try Trainer(settings, data: Self.data(), folder: folder.url).run()
        _ = try Embedder(checkpoint: Trainer.checkpoint(in: folder.url), threads: 1).embed(Self.images)
        _ = try? Tensor([1, 2], shape: [2]).matrixProduct(Tensor([1, 2, 3], shape: [3]))
      }
      return Torch.liveHandles - before
    }
    var leaks: [Int] = []
    let start = ContinuousClock.now
    while leaks.count < 20 || ContinuousClock.now - start < .seconds(180) {
      leaks.append(try leak())
      if leaks.last == 0 { break }
    }
    #expect(leaks.last == 0, "\(leaks)")
  }
}
