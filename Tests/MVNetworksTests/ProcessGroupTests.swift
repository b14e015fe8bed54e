import Foundation
import MVCore
import RankTestSupport
import TestSupport
import Testing

@testable import MVNetworks

/// What ranks exchange, and that a batch normalized over ranks is normalized as a whole one.
@Suite(.serialized) struct ProcessGroupTests {
  @Test(arguments: [2, 4], [true, false]) func ranksExchange(_ count: Int, _ sharingMemory: Bool) throws {
    let sums = try RankThreads.values(count, willing: 0..<(sharingMemory ? count : 0)) { (group) throws(MVError) in
      let rank = group.ranks.rank
      let sum = try group.sum([Double(rank), 1])
      let texts = try group.texts(String(repeating: "é", count: rank))
      let anyone = [try group.anyone(rank == 1), try group.anyone(false)]
      let tensor = try Tensor(repeating: Double(rank + 1), shape: [2, 3])
      try group.average([tensor])
      let mean = try tensor.values()
      let other = try Tensor([Float(rank), 7], shape: [2])
      try group.broadcast([other, tensor])
      return (sum, texts, anyone, mean, try other.values(), (group.threads, group.sharesMemory))
    }
    for (sum, texts, anyone, mean, broadcast, (threads, sharesMemory)) in sums {
      #expect(sharesMemory == sharingMemory)
      #expect(sum == [Double(count * (count - 1) / 2), Double(count)])
      #expect(texts == (0..<count).map { String(repeating: "é", count: $0) })
      #expect(anyone == [true, false] && mean == Array(repeating: Float(count + 1) / 2, count: 6))
      #expect(broadcast == [0, 7] && threads == max(1, Parallel.processorCount / count))
    }
  }

  @Test(arguments: [0, 2]) func rowsAreGatheredWithTheirGradients(_ willing: Int) throws {
    let results = try RankThreads.values(2, willing: 0..<willing) { (group) throws(MVError) in
      let rank = Float(group.ranks.rank)
      let own = try Tensor([rank, 1, 2, rank + 5], shape: [2, 2])
      try own.setRequiresGradient(true)
      let all = try group.allRows(own)
      let exchange = try GradientExchange(of: [own], over: group)
      try exchange.begin()
      // Each rank computes the same of all rows; the gradient by one's own is that of the whole.
      try all.multiplied(by: all).sum().backward()
      let gradient = try own.gradient()?.values() ?? []
      try exchange.finish(times: 0.5)
      return (try all.values(), gradient, try own.gradient()?.values() ?? [])
    }
    for (rank, result) in results.enumerated() {
      #expect(result.0 == [0, 1, 2, 5, 1, 1, 2, 6])
      let slope: [Float] = [2 * Float(rank), 2, 4, 2 * Float(rank + 5)]
      #expect(result.1 == slope)
      #expect(result.2 == [1, 2, 4, 11])
    }
  }

  /// Several buckets, a leaf larger than one, one that has no gradient, and a pass before the one that is sent.
  @Test(arguments: [2, 3], [true, false]) func gradientsAreAddedUpAsTheyCome(
    _ count: Int, _ sharingMemory: Bool
  ) throws {
    let sizes = [5, 3 << 20, 7, 1 << 20, 1 << 20, 3]
    let willing = 0..<(sharingMemory ? count : 0)
    let results = try RankThreads.values(count, willing: willing) { (group) throws(MVError) -> [[Float]] in
      let rank = Float(group.ranks.rank)
      let leaves = try sizes.map { (size) throws(MVError) in try Tensor(repeating: 1, shape: [size]) }
      for leaf in leaves { try leaf.setRequiresGradient(true) }
      let exchange = try GradientExchange(of: leaves, over: group)
      func pass(_ factor: Float) throws(MVError) {
        var sum = try Tensor(repeating: 0, shape: [1])
        for (place, leaf) in leaves.enumerated() where place != 2 {
          let part = try leaf.scaled(by: Double(factor) * Double(place + 1)).sum()
          sum = try sum.adding(part)
        }
        try sum.sum().backward()
      }
      for _ in 0..<2 {
        try leaves.clearGradients()
        try pass(10)
        try exchange.begin()
        try pass(rank)
        try exchange.finish(times: 0.5)
      }
      return try leaves.map { (leaf) throws(MVError) in
        let values = try leaf.gradient()?.values() ?? []
        return values.isEmpty ? [] : [values[0], values.min() ?? 0, values.max() ?? 0]
      }
    }
    for rank in results {
      for (place, values) in rank.enumerated() {
        let ranks = Float(count * (count - 1) / 2)
        let expected = Float(place + 1) * (10 * Float(count) + ranks) / 2
        #expect(values == (place == 2 ? [] : [expected, expected, expected]))
      }
    }
  }

  /// More than goes through shared memory at once, a little less and more than that, and nothing.
  @Test(arguments: [2, 3]) func valuesOfAnySizeAreExchanged(_ count: Int) throws {
    let piece = 1 << 20
    let sizes = [0, 1, piece / 8 - 1, piece / 8, piece / 8 + 1, 5 * piece / 16]
    let all = try RankThreads.values(count) { (group) throws(MVError) in
      let rank = group.ranks.rank
      var sums: [[Double]] = []
      for size in sizes { sums.append(try group.sum((0..<size).map { Double($0 * (rank + 1)) })) }
      let texts = try group.texts(String(repeating: "\(rank)", count: 3 * piece + rank))
      return (sums, texts)
    }
    let factor = count * (count + 1) / 2
    for (sums, texts) in all {
      #expect(sums == sizes.map { size in (0..<size).map { Double($0 * factor) } })
      #expect(texts == (0..<count).map { String(repeating: "\($0)", count: 3 * piece + $0) })
    }
  }

  @Test func oneRankThatWillNotShareLeavesAllToTheNetwork() throws {
    let all = try RankThreads.values(3, willing: 0..<2) { (group) throws(MVError) in
      (group.sharesMemory, try group.sum([1])[0])
    }
    for (sharesMemory, sum) in all { #expect(!sharesMemory && sum == 3) }
  }

  @Test(arguments: [0, 3]) func aRankThatEndsIsNoticed(_ willing: Int) throws {
    let results = try RankThreads.results(3, willing: 0..<willing) { (group) throws(MVError) -> Int in
      guard group.ranks.rank > 0 else { throw .usage("rank 0", "has had enough") }
      _ = try group.sum([1])
      return 0
    }
    for rank in 1...2 {
      guard case .failure(let error) = try #require(results[rank]) else {
        Issue.record("rank \(rank) goes on")
        continue
      }
      #expect(error.kind == .inputOutput && error.description.hasPrefix("rank \(rank) of 3: has lost the others"))
    }
  }

  @Test func ranksThatDoNotMeetSaySo() throws {
    let port = try RankThreads.freePort()
    let alone = try Ranks(rank: 1, size: 2, host: "127.0.0.1", ports: [port])
    let error = #expect(throws: MVError.self) { try ProcessGroup(alone, patience: 0.5) }
    #expect(error?.description.hasPrefix("rank 1 of 2: does not reach rank 0 at 127.0.0.1:\(port)") == true)
    #expect(error?.cause == "Connection refused")
    let first = try Ranks(rank: 0, size: 3, host: "127.0.0.1", ports: [port])
    let missing = #expect(throws: MVError.self) { try ProcessGroup(first, patience: 0.5) }
    #expect(missing?.problem == "has waited 0 s for rank 1, 2")
  }

  /// Somebody else's server stands at the first port; it answers, but not for this job.
  @Test func rankZeroIsFoundBehindOtherServers() throws {
    let server = try LoopbackServer([:])
    let silent = try LoopbackServer([:], isSilent: true)
    let own = try RankThreads.freePort()
    let ports = [server.port, silent.port, own]
    let first = Thread {
      guard let ranks = try? Ranks(rank: 0, size: 2, host: "127.0.0.1", ports: ports, job: "a") else { return }
      _ = try? ProcessGroup(ranks, patience: 30).meet()
    }
    first.start()
    let second = try ProcessGroup(
      Ranks(rank: 1, size: 2, host: "127.0.0.1", ports: ports, job: "a"), patience: 30)
    try second.meet()
  }

  /// N, C, H, W (or N, C), and how the map lies in memory.
  enum Layout: CaseIterable, Sendable { case plain, channelsLast, halved, flat, blocks }

  /// Channels in sixteens and others, of one view and of two, which have statistics each.
  @Test(arguments: Layout.allCases, [(16, 1), (10, 1), (16, 2), (10, 2)])
  func aBatchIsNormalizedAsAWhole(_ layout: Layout, _ variant: (channels: Int, views: Int)) throws {
    let (channels, views) = variant
    guard layout != .blocks || (Torch.hasChannelBlocks && channels == 16) else { return }
    guard layout != .halved || channels == 16 else { return }
    let shape = layout == .flat ? [8, channels] : [8, channels, 3, 5]
    let count = shape.reduce(1, *)
    let values = HalvedNormalizationTests.draw(count, 1, about: 2), factors = HalvedNormalizationTests.draw(count, 4)

    let size = count / shape[0]
    @Sendable func part(_ values: [Float], _ rows: [Int]) -> [Float] {
      rows.flatMap { values[$0 * size..<($0 + 1) * size] }
    }
    /// A part of each view, one view after the other.
    @Sendable func rows(of rank: Int) -> [Int] {
      (0..<views).flatMap { view in (0..<4 / views).map { (2 * view + rank) * 4 / views + $0 } }
    }

    /// The results for some rows: output, statistics, gradients.
    @Sendable func results(_ rows: [Int], _ group: ProcessGroup?) throws(MVError) -> [[Float]] {
      let map = try Tensor(part(values, rows), shape: [rows.count] + shape.dropFirst())
      let weight = try Tensor(HalvedNormalizationTests.draw(channels, 2, about: 1.5), shape: [channels])
      let bias = try Tensor(HalvedNormalizationTests.draw(channels, 3), shape: [channels])
      let identity = (0..<channels * channels).map { Float($0 % (channels + 1) == 0 ? 1 : 0) }
      let kernel = try Tensor(identity, shape: [channels, channels, 1, 1]).channelsLast()
      // What goes into blocks has no gradient; that of the kernel is a sum over the batch.
      let leaves = [layout == .blocks ? kernel : map, weight, bias]
      for leaf in leaves { try leaf.setRequiresGradient(true) }
      let mean = try Tensor(repeating: 0, shape: [channels]), variance = try Tensor(repeating: 1, shape: [channels])
      let input: Tensor
      switch layout {
      case .plain, .flat: input = map
      case .channelsLast: input = try map.channelsLast()
      case .halved:
        input = try Torch.withProducts(of: .bfloat16) { () throws(MVError) in
          try map.channelsLast().convolved(with: kernel, stride: 1, padding: 0)
        }
      case .blocks:
        input = try map.channelsLast().convolved(with: kernel, stride: 1, padding: 0, intoBlocks: group != nil)
      }
      var output = try input.batchNormalized(
        weight: weight, bias: bias, runningMean: mean, runningVariance: variance, views: views, over: group,
        momentum: 0.1,
        epsilon: 1e-5, relu: true)
      let exchange = try group.map { (group) throws(MVError) in
        try GradientExchange(of: layout == .blocks ? leaves : [weight, bias], over: group)
      }
      try exchange?.begin()
      if layout == .blocks {
        // The average over all pixels brings a map back from blocks.
        output = try output.globalAveragePooled()
        try output.squared().sum().backward()
      } else {
        let factor = try Tensor(part(factors, rows), shape: [rows.count] + shape.dropFirst())
        try output.float32().multiplied(by: factor).sum().backward()
      }
      try exchange?.finish(times: 1)
      var all = [try output.float32().values(), try mean.values(), try variance.values()]
      for leaf in leaves { all.append(try leaf.gradient()?.values() ?? []) }
      return all
    }
    let whole = try results(Array(0..<8), nil)
    let parts = try RankThreads.values(2) { (group) throws(MVError) in
      try results(rows(of: group.ranks.rank), group)
    }
    let order = rows(of: 0) + rows(of: 1)
    for index in whole.indices {
      // Output and the map's gradient are a part on each rank; all else is the same on both.
      let isPart = index == 0 || (index == 3 && layout != .blocks)
      var joined = parts[0][index]
      if isPart {
        let both = joined + parts[1][index], size = both.count / order.count
        joined = order.indices.flatMap { row in
          let place = order.firstIndex(of: row) ?? 0
          return both[place * size..<(place + 1) * size]
        }
      }
      try #require(joined.count == whole[index].count)
      let largest = whole[index].map(abs).max() ?? 0
      let tolerance = (layout == .halved ? 1e-2 : 2e-5) * max(largest, 1)
      #expect(zip(joined, whole[index]).allSatisfy { abs($0 - $1) <= tolerance }, "result \(index)")
      if !isPart { #expect(parts[0][index] == parts[1][index]) }
    }
  }
}
