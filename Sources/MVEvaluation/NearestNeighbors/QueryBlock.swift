internal import CKernels
internal import MVCore

/// A block of queries, rounded and packed for screening, with the candidates found for each so far.
final class QueryBlock: Sendable {
  let search: NeighborSearch
  let positions: Range<Int>
  /// The largest relative rounding error of a query.
  let slack: Double
  private let packed: WorkBuffer<Int16>
  let scales: WorkBuffer<Float>
  let thresholds: WorkBuffer<Float>
  let upper: WorkBuffer<Float>
  let lower: WorkBuffer<Float>
  let rows: WorkBuffer<Int32>
  let counts: WorkBuffer<Int32>
  /// What the coarse screen needs; nil where it is not to be used.
  let coarse: CoarseQueries?
  /// The number of queries screened together: their packed rows stay in the second-level cache.
  let group: Int
  /// The number of queries screened together by the coarse screen: each takes some of the rows that are read for all.
  let largestGroup: Int
  /// The number of nearest rows wanted; see `NeighborSearch.wanted`.
  let wanted: Int

  /// `mean` is that of the rounded train rows; nil where the coarse screen is not to be used.
  init(search: NeighborSearch, positions: Range<Int>, mean: WorkBuffer<Int16>?) {
    self.search = search
    self.positions = positions
    let strip = mvk_screen_strip()
    let pairs = search.pairs
    let count = positions.count
    let strips = (count + strip - 1) / strip
    packed = WorkBuffer(uninitialized: strips * strip * 2 * pairs)
    scales = WorkBuffer(count, repeating: 1)
    thresholds = WorkBuffer(count, repeating: -1e20)
    upper = WorkBuffer(uninitialized: count * search.capacity)
    lower = WorkBuffer(uninitialized: count * search.capacity)
    rows = WorkBuffer(uninitialized: count * search.capacity)
    counts = WorkBuffer(count, repeating: 0)
    let parts = 3 * max(1, search.threads) * strip
    let share = max(1, (count + parts - 1) / parts) * strip
    group = min(96, share)
    largestGroup = min(384, share)
    wanted = search.wanted

    let errors = WorkBuffer<Double>(strips, repeating: 0)
    let packed = packed
    let scales = scales
    let stride = search.stride
    let coarse = mean.map { CoarseQueries(search: search, count: count, mean: $0) }
    self.coarse = coarse
    Parallel.forEach(strips, threads: search.threads) { index in
      let members =
        positions.lowerBound + index * strip..<min(positions.upperBound, positions.lowerBound + (index + 1) * strip)
      let rounded = WorkBuffer<Int16>(uninitialized: members.count * stride)
      search.round(members, of: search.queries, norms: search.norms(ofQuery:), into: rounded.pointer) { place, row in
        errors.pointer[index] = max(errors.pointer[index], row.error)
        if search.metric == .euclidean {
          scales.pointer[index * strip + place] = Float(search.unit / row.divisor)
        }
      }
      mvk_screen_pack(
        rounded.pointer, stride, members.count, pairs, strip, packed.pointer + index * strip * 2 * pairs)
      coarse?.add(rounded.pointer, strip: index, count: members.count)
    }
    slack = errors.array.max() ?? 0
  }

  /// Screens the rows of a tile, packed, for every query of the block.
  func screen(finely tile: TrainTile) throws(MVError) {
    try forEachGroup(of: group) { block, first in
      var kernelTile = tile.kernelTile
      var next = 0
      while next < tile.panels {
        next = mvk_screen(&kernelTile, &block, next)
        for query in 0..<block.count { makeRoom(query: query, in: &block, first: first) }
      }
    }
  }

  /// Drops candidates where a query's room is nearly full.
  func makeRoom(query: Int, in block: inout mvk_query_block, first: Int) {
    let capacity = search.capacity
    let panel = mvk_screen_panel()
    guard Int(block.counts[query]) + 2 * panel > capacity else { return }
    let enough = (wanted + capacity) / 2
    if mvk_screen_compact(&block, query, wanted, 0) <= enough { return }
    if mvk_screen_compact(&block, query, wanted, 1) <= enough { return }
    // More rows than fit are as near as screening can tell (duplicates, say): only their exact order helps.
    let ranked = rankings(of: first + query..<first + query + 1)[0].prefix(wanted)
    let kept = Set(ranked.map(\.position))
    let start = query * capacity
    var left = 0
    for index in 0..<Int(block.counts[query]) where kept.contains(block.rows[start + index]) {
      block.upper[start + left] = block.upper[start + index]
      block.lower[start + left] = block.lower[start + index]
      block.rows[start + left] = block.rows[start + index]
      left += 1
    }
    block.counts[query] = Int32(left)
  }

  /// Calls `body` for each group of at most `size` queries, on several threads.
  ///
  /// It gets what the kernels need of the group, and the place of its first query, which is the first of a strip where
  /// `size` is a multiple of one.
  func forEachGroup(
    of size: Int, _ body: @Sendable (inout mvk_query_block, Int) throws(MVError) -> Void
  ) throws(MVError) {
    let (strip, panel, capacity) = (mvk_screen_strip(), mvk_screen_panel(), search.capacity)
    try Parallel.forEach((positions.count + size - 1) / size, threads: search.threads) { index throws(MVError) in
      try search.run.check()
      let first = index * size
      let count = min(size, positions.count - first)
      let products = WorkBuffer<Int32>(uninitialized: (count + strip) * panel)
      defer { withExtendedLifetime(products) {} }
      var block = mvk_query_block(
        packed: packed.pointer + first * 2 * search.pairs, count: count, scale: scales.pointer + first,
        threshold: thresholds.pointer + first, upper: upper.pointer + first * capacity,
        lower: lower.pointer + first * capacity, rows: rows.pointer + first * capacity, counts: counts.pointer + first,
        products: products.pointer, capacity: capacity)
      try body(&block, first)
    }
  }
}
