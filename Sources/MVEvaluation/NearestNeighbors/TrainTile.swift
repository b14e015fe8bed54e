internal import CKernels
internal import MVCore

/// A tile of train rows, rounded for screening.
struct TrainTile: Sendable {
  let search: NeighborSearch
  let positions: Range<Int>
  let panels: Int
  /// The rows packed for the screen; nil until they are.
  private(set) var packed: WorkBuffer<Int16>?
  /// The rows one after the other, `stride` values each; nil where they were packed at once.
  let rows: WorkBuffer<Int16>?
  let factors: WorkBuffer<Float>
  let slacks: WorkBuffer<Float>
  let offsets: WorkBuffer<Float>
  /// What a row was divided by, in units of scores: the size of what rounding loses.
  let lengths: WorkBuffer<Float>

  /// Rounds the rows at `positions`; `querySlack` bounds the rounding error of the queries.
  ///
  /// Packs them at once unless the rows are to be kept.
  init(search: NeighborSearch, positions: Range<Int>, querySlack: Double, keepingRows: Bool) throws(MVError) {
    let width = mvk_screen_panel()
    let (pairs, stride) = (search.pairs, search.stride)
    let panels = (positions.count + width - 1) / width
    let packed = keepingRows ? nil : WorkBuffer<Int16>(uninitialized: panels * width * 2 * pairs)
    let kept = keepingRows ? WorkBuffer<Int16>(uninitialized: panels * width * stride) : nil
    let factors = WorkBuffer<Float>(panels * width, repeating: 0)
    // Padding must never be kept: no real score is that low.
    let slacks = WorkBuffer<Float>(panels * width, repeating: -1e30)
    let offsets = WorkBuffer<Float>(panels * width, repeating: 0)
    let lengths = WorkBuffer<Float>(panels * width, repeating: 0)
    try Parallel.forEach(panels, threads: search.threads) { panel throws(MVError) in
      try search.run.check()
      let rows =
        positions.lowerBound + panel * width..<min(positions.upperBound, positions.lowerBound + (panel + 1) * width)
      let own = keepingRows ? nil : WorkBuffer<Int16>(uninitialized: width * stride)
      let rounded = own?.pointer ?? kept!.pointer + panel * width * stride
      search.round(rows, of: search.train, norms: search.norms(ofTrain:), into: rounded) { place, row in
        let length = search.metric == .cosine ? 1 : row.divisor / search.unit
        let index = panel * width + place
        factors.pointer[index] = Float(length / (NeighborSearch.range * NeighborSearch.range))
        slacks.pointer[index] = Float(length * (querySlack + (1 + querySlack) * row.error + 2e-6))
        let relative = row.norm / search.unit
        offsets.pointer[index] = search.metric == .cosine ? 0 : Float(-relative * relative / 2 * (1 - 1e-6))
        lengths.pointer[index] = Float(length)
      }
      if let packed {
        mvk_screen_pack(rounded, stride, rows.count, pairs, width, packed.pointer + panel * width * 2 * pairs)
      }
    }
    self.search = search
    self.positions = positions
    self.panels = panels
    self.packed = packed
    rows = kept
    self.factors = factors
    self.slacks = slacks
    self.offsets = offsets
    self.lengths = lengths
  }

  /// Packs the rows that were kept.
  mutating func pack() throws(MVError) {
    guard packed == nil, let rows else { return }
    let width = mvk_screen_panel()
    let (search, count) = (search, positions.count)
    let packed = WorkBuffer<Int16>(uninitialized: panels * width * 2 * search.pairs)
    try Parallel.forEach(panels, threads: search.threads) { panel throws(MVError) in
      try search.run.check()
      mvk_screen_pack(
        rows.pointer + panel * width * search.stride, search.stride, min(width, count - panel * width), search.pairs,
        width, packed.pointer + panel * width * 2 * search.pairs)
    }
    self.packed = packed
  }

  /// The tile as the kernels want it.
  var kernelTile: mvk_train_tile {
    mvk_train_tile(
      packed: packed?.pointer, panels: panels, pairs: search.pairs, factor: factors.pointer, slack: slacks.pointer,
      offset: offsets.pointer, first: Int32(positions.lowerBound))
  }
}
