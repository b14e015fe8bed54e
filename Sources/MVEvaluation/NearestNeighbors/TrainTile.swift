internal import CKernels
internal import MVCore

/// A tile of train rows, rounded and packed for screening.
struct TrainTile: Sendable {
  let positions: Range<Int>
  let panels: Int
  let packed: WorkBuffer<Int16>
  let factors: WorkBuffer<Float>
  let slacks: WorkBuffer<Float>
  let offsets: WorkBuffer<Float>

  /// Packs the rows at `positions`; `querySlack` bounds the rounding error of the queries.
  init(search: NeighborSearch, positions: Range<Int>, querySlack: Double) throws(MVError) {
    let width = mvk_screen_panel()
    let pairs = search.pairs
    let panels = (positions.count + width - 1) / width
    let packed = WorkBuffer<Int16>(uninitialized: panels * width * 2 * pairs)
    let factors = WorkBuffer<Float>(panels * width, repeating: 0)
    // Padding must never be kept: no real score is that low.
    let slacks = WorkBuffer<Float>(panels * width, repeating: -1e30)
    let offsets = WorkBuffer<Float>(panels * width, repeating: 0)
    try Parallel.forEach(panels, threads: search.threads) { panel throws(MVError) in
      try search.run.check()
      let rows =
        positions.lowerBound + panel * width..<min(positions.upperBound, positions.lowerBound + (panel + 1) * width)
      search.pack(
        rows, of: search.train, norms: search.norms(ofTrain:), width: width,
        into: packed.pointer + panel * width * 2 * pairs
      ) { place, row in
        let length = search.metric == .cosine ? 1 : row.divisor / search.unit
        let index = panel * width + place
        factors.pointer[index] = Float(length / (NeighborSearch.range * NeighborSearch.range))
        slacks.pointer[index] = Float(length * (querySlack + (1 + querySlack) * row.error + 2e-6))
        let relative = row.norm / search.unit
        offsets.pointer[index] = search.metric == .cosine ? 0 : Float(-relative * relative / 2 * (1 - 1e-6))
      }
    }
    self.positions = positions
    self.panels = panels
    self.packed = packed
    self.factors = factors
    self.slacks = slacks
    self.offsets = offsets
  }

  /// The tile as the kernel wants it.
  func kernelTile(pairs: Int) -> mvk_train_tile {
    mvk_train_tile(
      packed: packed.pointer, panels: panels, pairs: pairs, factor: factors.pointer, slack: slacks.pointer,
      offset: offsets.pointer, first: Int32(positions.lowerBound))
  }
}
