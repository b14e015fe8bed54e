import CKernels
import MVCore
import TestSupport
import Testing

@testable import MVEvaluation

/// Neighbors are the same by every instruction set, with and without its products of small integers, by both screens.
@Suite(.serialized) struct InstructionSetNeighborTests {
  @Test(arguments: [NearestNeighbors.Metric.cosine, .euclidean])
  func neighborsAreTheSameByEveryInstructionSet(metric: NearestNeighbors.Metric) throws {
    let train = try Rows.fixture("knn", "train", "train_labels")
    let test = try Rows.fixture("knn", "test", "test_labels", name: "test")
    // Few, and so many that candidates are dropped again and again.
    for k in [3, 200] {
      var search = NearestNeighbors(k: [k], metric: metric)
      let expected = try search.search(train: train, queries: test)
      let targets = mvk_targets()
      defer {
        mvk_force_targets(0)
        mvk_allow_pair_products(1)
      }
      var tried = 0
      for bit in 0..<63 where targets >> bit & 1 == 1 {
        mvk_force_targets(1 << bit)
        for allowed: Int32 in [0, 1] {
          mvk_allow_pair_products(allowed)
          for screening in [Screening.fine, .coarse] {
            search.screening = screening
            let found = try search.search(train: train, queries: test)
            #expect(found.rows == expected.rows, "instruction set \(bit), k = \(k), \(screening)")
            #expect(largestDifference(found.values, expected.values) < 1e-6, "instruction set \(bit), k = \(k)")
            tried += 1
          }
        }
      }
      #expect(tried > 0)
    }
  }

  /// What a screen kept: rows and bounds of their scores, of all queries in turn.
  private struct Kept: Equatable {
    var rows: [Int32] = []
    var upper: [Float] = []
    var lower: [Float] = []

    init(_ block: QueryBlock) {
      for query in 0..<block.positions.count {
        let start = query * block.search.capacity
        let places = (0..<Int(block.counts.pointer[query])).map { start + $0 }
        for place in places.sorted(by: { block.rows.pointer[$0] < block.rows.pointer[$1] }) {
          rows.append(block.rows.pointer[place])
          upper.append(block.upper.pointer[place])
          lower.append(block.lower.pointer[place])
        }
      }
    }
  }

  @Test(arguments: HardRows.allCases, [NearestNeighbors.Metric.cosine, .euclidean])
  func theCoarseScreenDropsOnlyWhatTheFineOneDrops(kind: HardRows, metric: NearestNeighbors.Metric) throws {
    // Few columns, and so many that products are summed in several passes.
    for columns in [77, 1101] { try screensAgree(kind: kind, metric: metric, columns: columns) }
  }

  private func screensAgree(kind: HardRows, metric: NearestNeighbors.Metric, columns: Int) throws {
    func reader(_ count: Int, seed: UInt64) throws -> RowReader {
      let values = kind.values(count, columns: columns, seed: seed)
      let split = try Rows.split(values, columns: columns, labels: [Int64](repeating: 0, count: count))
      return RowReader(split, rows: split.rows)
    }
    let run = EvaluationRun("neighbor search", cancellation: Cancellation(), progress: { _ in })
    let search = try NearestNeighbors(k: [11], metric: metric).makeSearch(
      reader(389, seed: 1), reader(15, seed: 2), leavingOut: false, run)
    defer {
      mvk_force_targets(0)
      mvk_allow_pair_products(1)
    }
    let targets = mvk_targets()
    for bit in 0..<63 where targets >> bit & 1 == 1 {
      mvk_force_targets(1 << bit)
      for allowed: Int32 in [0, 1] {
        mvk_allow_pair_products(allowed)
        let mean = search.roundedMean()
        func block() -> QueryBlock { QueryBlock(search: search, positions: 0..<15, mean: mean) }
        let all = block()
        var tile = try TrainTile(search: search, positions: 0..<389, querySlack: all.slack, keepingRows: true)
        try tile.pack()
        let rows = try #require(tile.rows)
        let coarseTile = try CoarseTile(tile, rows: rows, mean: mean)
        try all.screen(finely: tile)
        #expect(Kept(all).rows.count == 15 * 389)
        // Thresholds that are the very bounds of some rows, which so are kept.
        for rank in [0, 10, 60, 200] {
          let (fine, coarse) = (block(), block())
          for query in 0..<15 {
            let bounds = all.upper.slice(query * search.capacity..<query * search.capacity + 389).sorted(by: >)
            fine.thresholds.pointer[query] = bounds[rank]
            coarse.thresholds.pointer[query] = bounds[rank]
          }
          try fine.screen(finely: tile)
          let queries = try #require(coarse.coarse)
          let share = coarse.share(of: tile, passing: coarseTile, queries)
          try coarse.screen(tile, coarseTile, rows: rows, queries)
          #expect(Kept(fine).rows.count >= 15 * (rank + 1))
          #expect(Kept(coarse) == Kept(fine), "instruction set \(bit), rank \(rank)")
          // It is there to drop rows.
          if kind == .clusters, rank == 10 { #expect(share < 0.3) }
        }
      }
    }
  }
}
