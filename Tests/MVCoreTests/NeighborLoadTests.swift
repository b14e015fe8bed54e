import Testing

@testable import MVCore

/// What other programs use of the processors, from the system's counts.
struct NeighborLoadTests {
  private let statistics = """
    cpu  900 90 900 9000 90 90 90 90 90 90
    cpu0 100 1 20 5000 40 3 4 2 7 7
    cpu1 300 0 0 9999 0 0 0 0 0 0
    cpu12 50 0 0 0 0 0 0 0
    intr 1 2 3
    """

  /// Idle time and waiting for disks are not use; what a host took away is.
  @Test func timesOfTheCountedProcessorsAreAdded() throws {
    func everyone(_ counted: Set<Int>) throws -> Double {
      try #require(NeighborLoad.Reading(statistics: statistics, counted: counted.contains)).everyone
    }
    let tick = try everyone([1]) / 300
    #expect(tick > 0)
    #expect(try abs(everyone([0]) - 130 * tick) < 1e-9)
    #expect(try abs(everyone([0, 12]) - 180 * tick) < 1e-9)
    #expect(NeighborLoad.Reading(statistics: statistics) { $0 == 7 } == nil)
    #expect(NeighborLoad.Reading(statistics: "nonsense\ncpux 1 2\n") { _ in true } == nil)
  }

  @Test func neighborsUseWhatThisProcessDoesNot() {
    let first = NeighborLoad.Reading(moment: 10, everyone: 100, own: 50)
    #expect(NeighborLoad.Reading(moment: 12, everyone: 104, own: 51).neighbors(since: first) == 1.5)
    // Counts of the system come in ticks, and may lag behind the process's own.
    #expect(NeighborLoad.Reading(moment: 12, everyone: 101, own: 52).neighbors(since: first) == 0)
    #expect(NeighborLoad.Reading(moment: 10, everyone: 101, own: 50).neighbors(since: first) == nil)
  }

  @Test func theSystemTellsWhereItHasCounts() {
    guard var load = NeighborLoad() else { return }
    #expect(load.processorCount >= AvailableProcessors.count)
    if let others = load.sinceLast() { #expect(others >= 0) }
  }
}
