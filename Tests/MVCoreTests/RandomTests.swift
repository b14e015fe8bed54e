import MVCore
import Testing

struct RandomTests {
  @Test func sameKeysGiveTheSameStream() {
    var first = SeededGenerator(seed: 1, keys: 2, 3)
    var again = SeededGenerator(seed: 1, keys: 2, 3)
    #expect((0..<100).allSatisfy { _ in first.next() == again.next() })
  }

  @Test func anyOtherKeyGivesAnother() {
    var streams: Set<UInt64> = []
    for seed: UInt64 in 0..<8 {
      for key: UInt64 in 0..<8 {
        for last: UInt64 in 0..<8 {
          var generator = SeededGenerator(seed: seed, keys: key, last)
          streams.insert(generator.next())
        }
      }
    }
    #expect(streams.count == 512)
  }

  @Test func momentsAreThoseOfTheDistributions() {
    var generator = SeededGenerator(seed: 7)
    let count = 200_000
    let uniforms = (0..<count).map { _ in generator.uniform() }
    let mean = uniforms.reduce(0, +) / Double(count)
    #expect(abs(mean - 0.5) < 0.005)
    #expect(uniforms.allSatisfy { (0..<1).contains($0) })
    let normals = (0..<count).map { _ in generator.normal() }
    #expect(abs(normals.reduce(0, +) / Double(count)) < 0.01)
    #expect(abs(normals.map { $0 * $0 }.reduce(0, +) / Double(count) - 1) < 0.02)
  }

  @Test func permutationsHoldEveryIndexOnce() {
    var generator = SeededGenerator(seed: 3)
    let order = generator.permutation(of: 1000)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
  }
}
