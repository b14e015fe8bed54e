internal import CTorch
internal import Foundation
internal import MVCore
internal import Synchronization

extension Torch {
  /// Lets threads that wait for each other leave the processors to other programs, as long as these need them.
  ///
  /// A thread of libtorch that waits for another one waits a little while on its processor before it sleeps. Beside a
  /// busy program that time counts as used, and the system gives the processor to the other for longer: on two
  /// processors a small network then made a quarter of its images a second. What others use is looked at twice a
  /// second, from the first call on, in the whole process. Results do not depend on it; the number of threads stays.
  public static func makeWayForNeighbors() {
    guard NeighborWatch.begun.exchange(true, ordering: .relaxed) == false, let load = NeighborLoad() else { return }
    Thread.detachNewThread {
      var watch = NeighborWatch(load: load)
      while true {
        Thread.sleep(forTimeInterval: NeighborWatch.period)
        watch.look()
      }
    }
  }
}

/// Whether other programs use processors that libtorch's threads would need.
struct NeighborWatch {
  static let begun = Atomic(false)
  /// Seconds between two looks.
  static let period = 0.5

  private var load: NeighborLoad
  private var isBeside = false
  private var quietLooks = 0

  init(load: NeighborLoad) { self.load = load }

  /// Looks once, and tells libtorch's threads where that has changed.
  mutating func look() {
    guard let others = load.sinceLast() else { return }
    let before = isBeside
    decide(free: Double(load.processorCount) - others - Double(mvt_chosen_threads()))
    // Where its threads cannot be told, they wait as before.
    if isBeside != before { _ = mvt_wait_briefly(isBeside) }
  }

  /// Takes in the processors that are left `free`, below 0 where some are shared, and says whether a neighbor is there.
  ///
  /// A neighbor counts from a quarter of a processor on at once, and as gone after two looks with less than a tenth.
  @discardableResult
  mutating func decide(free: Double) -> Bool {
    quietLooks = free > -0.1 ? quietLooks + 1 : 0
    if free < -0.25 { isBeside = true }
    if quietLooks >= 2 { isBeside = false }
    return isBeside
  }
}
