import CKernels
import MVEvaluation
import TestSupport
import Testing

/// Neighbors are the same by every instruction set, and with and without its products of pairs of integers.
@Suite(.serialized) struct InstructionSetNeighborTests {
  @Test(arguments: [NearestNeighbors.Metric.cosine, .euclidean])
  func neighborsAreTheSameByEveryInstructionSet(metric: NearestNeighbors.Metric) throws {
    let train = try Rows.fixture("knn", "train", "train_labels")
    let test = try Rows.fixture("knn", "test", "test_labels", name: "test")
    // Few, and so many that candidates are dropped again and again.
    for k in [3, 200] {
      let search = NearestNeighbors(k: [k], metric: metric)
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
          let found = try search.search(train: train, queries: test)
          #expect(found.rows == expected.rows, "instruction set \(bit), k = \(k)")
          #expect(largestDifference(found.values, expected.values) < 1e-6, "instruction set \(bit), k = \(k)")
          tried += 1
        }
      }
      #expect(tried > 0)
    }
  }
}
