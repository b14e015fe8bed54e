import Foundation
import Synchronization
import Testing

@testable import MVCore

/// Which processors a program keeps to beside others.
@Suite(.serialized) struct ProcessorShareTests {
  /// A program on processors 0..<`count`, and windows of a second each.
  private struct Program {
    var share: ProcessorShare
    private var last: ProcessorTimes

    init(_ count: Int, threads: Int? = nil) {
      share = ProcessorShare(processors: Array(0..<count), threads: threads ?? count)
      last = ProcessorTimes(
        moment: 0, busy: Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 0) }), own: 0)
    }

    /// A second in which processors were busy so long, and the program for `own` of it; what is kept to then.
    mutating func second(_ busy: [Double], own: Double) -> [Int] {
      let next = ProcessorTimes(
        moment: last.moment + 1,
        busy: Dictionary(
          uniqueKeysWithValues: busy.enumerated().map { ($0, (last.busy[$0] ?? 0) + $1) }), own: last.own + own)
      share.learn(from: last, to: next)
      last = next
      return share.kept
    }
  }

  @Test func aBusyNeighborIsLeftItsProcessor() {
    var program = Program(2)
    #expect(program.second([1, 0.9], own: 1.8) == [0, 1])
    #expect(program.second([0.8, 1], own: 0.8) == [0])
    // With its processor to itself, the team is not disturbed.
    for _ in 0..<5 { #expect(program.second([1, 1], own: 1) == [0]) }
    #expect(program.share.isLimited)
    // One quiet window is not enough; half a neighbor is none that has gone.
    #expect(program.second([1, 0], own: 1) == [0])
    #expect(program.second([1, 0.4], own: 1) == [0])
    #expect(program.second([1, 0.1], own: 1) == [0])
    #expect(program.second([1, 0.1], own: 1) == [0, 1])
    #expect(!program.share.isLimited)
  }

  @Test func littleWorkOfOthersIsBorne() {
    var program = Program(2)
    for _ in 0..<5 { #expect(program.second([0.9, 0.9], own: 1.35) == [0, 1]) }
    #expect(program.second([1, 1], own: 1.4) == [0])
  }

  @Test func oneProcessorIsAlwaysLeft() {
    var program = Program(2)
    for _ in 0..<3 { #expect(program.second([1, 1], own: 0.1).count == 1) }
    var single = Program(1)
    #expect(single.second([1], own: 0.1) == [0] && !single.share.isLimited)
  }

  @Test func manyProcessorsGiveUpAsManyAsAreUsed() {
    var program = Program(8)
    #expect(program.second([1, 1, 1, 0.7, 0.9, 0.8, 0.9, 0.8], own: 4.1) == [3, 4, 5, 6, 7])
    #expect(program.second([0, 1, 0, 1, 1, 1, 1, 1], own: 5) == [3, 4, 5, 6, 7])
    #expect(program.second([0, 1, 0, 1, 1, 1, 1, 1], own: 5) == [0, 2, 3, 4, 5, 6, 7])
  }

  /// A quota leaves fewer threads than processors, and then neighbors have room beside them.
  @Test func fewThreadsHaveRoomBesideNeighbors() {
    var program = Program(8, threads: 2)
    for _ in 0..<3 { #expect(program.second([1, 1, 1, 1, 1, 1, 1, 0.5], own: 1.9).count == 8) }
    #expect(program.second([1, 1, 1, 1, 1, 1, 1, 0.6], own: 1) == [7])
  }

  /// Two programs that chose the same processor: the first that sees it moves.
  @Test func aCrowdedProcessorIsLeft() {
    var program = Program(2)
    #expect(program.second([1, 1], own: 1) == [0])
    #expect(program.second([1, 0], own: 0.5) == [1])
    #expect(program.second([1, 1], own: 1) == [1])
  }

  @Test func theSystemsTextIsRead() throws {
    let text = """
      cpu  10 20 30 40 50 60 70 80 90 100
      cpu0 100 20 30 4000 50 1 2 80 90 100
      cpu12 7 0 0 4000 50 0 0 0 0 0
      cpu3 broken
      intr 1 2 3

      """
    #expect(ProcessorTimes.busy(in: text, ticksPerSecond: 100) == [0: 1.53, 12: 0.07])
    #expect(ProcessorTimes.busy(in: "", ticksPerSecond: 100).isEmpty)
    guard let first = ProcessorTimes.now() else { return }
    let second = try #require(ProcessorTimes.now())
    #expect(second.moment >= first.moment && second.own >= first.own)
    #expect(Set(first.busy.keys).isSuperset(of: ProcessorAffinity.current))
  }

  /// Another program, as the looks at it tell.
  private final class Neighbor: Sendable {
    private let state = Mutex<(looks: Double, isBusy: Bool)>((0, true))

    func work(_ isBusy: Bool) { state.withLock { $0.isBusy = isBusy } }

    /// The number of looks so far, and whether it works.
    func look() -> (Double, Bool) {
      state.withLock {
        $0.looks += 1
        return ($0.looks, $0.isBusy)
      }
    }
  }

  /// The threads of this process make way, and come back.
  @Test func aProcessMakesWay() throws {
    let all = ProcessorAffinity.current
    guard all.count > 1 else { return }
    // Each look is a second later, and all processors but the first work for others until told otherwise.
    let neighbor = Neighbor()
    let sharing = ProcessorSharing(ProcessorShare(processors: all, threads: all.count), interval: 0.01) {
      let (looks, isBusy) = neighbor.look()
      let busy = all.map { ($0, isBusy && $0 != all[0] ? looks : 0) }
      return ProcessorTimes(moment: looks, busy: Dictionary(uniqueKeysWithValues: busy), own: 0)
    }
    func waits(for processors: [Int]) -> Bool {
      for _ in 0..<1000 where ProcessorAffinity.current != processors { usleep(10_000) }
      return ProcessorAffinity.current == processors
    }
    #expect(waits(for: [all[0]]))
    neighbor.work(false)
    #expect(waits(for: all))
    neighbor.work(true)
    #expect(waits(for: [all[0]]))
    sharing.stop()
    #expect(ProcessorAffinity.current == all)
  }

  @Test func onlyWhereNobodyHasChosen() throws {
    let all = ProcessorAffinity.current
    for isAutomatic in [true, false] {
      let result = try ProcessorSharing.during(isAutomatic: isAutomatic) { () throws(MVError) in 7 }
      #expect(result == 7 && ProcessorAffinity.current == all)
      #expect(throws: MVError.self) {
        try ProcessorSharing.during(isAutomatic: isAutomatic) { () throws(MVError) in
          throw MVError.usage("x", "y", remedy: "z")
        }
      }
    }
  }
}
