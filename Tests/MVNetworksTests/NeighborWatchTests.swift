import CTorch
import MVCore
import Testing

@testable import MVNetworks

/// Threads that wait for each other make way for other programs.
struct NeighborWatchTests {
  @Test func aNeighborComesAtOnceAndIsGoneAfterTwoLooks() throws {
    var watch = NeighborWatch(load: try #require(NeighborLoad()))
    #expect(
      [0.5, -0.2, 0, -0.3, -0.2, 0, -0.2, 0, 0.1, -0.2].map { watch.decide(free: $0) }
        == [false, false, false, true, true, true, true, true, false, false])
  }

  /// Sums are the same however threads wait, and waiting may change at any time.
  @Test func waitingBrieflyChangesNoBit() throws {
    let values = (0..<512 * 512).map { Float(($0 * 37) % 101) / 64 }
    let product = { () throws -> [Float] in
      let x = try Tensor(values, shape: [512, 512])
      // The sum of so many values is one that libgomp's threads share.
      return try x.multiplied(by: x).adding(x).sum().values() + x.matrixProduct(x).values()
    }
    let threads = Torch.threads
    defer { try? Torch.setThreads(threads) }
    try Torch.setThreads(2)
    let expected = try product()
    for briefly in [true, true, false, true, false, false] {
      try check(mvt_wait_briefly(briefly), during: "test")
      #expect(try product() == expected)
    }
  }
}
