internal import CKernels
internal import MVCore

/// Some train rows, rounded and packed for screening.
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
    // Padding must never be kept: no score is that low.
    let slacks = WorkBuffer<Float>(panels * width, repeating: -1e30)
    let offsets = WorkBuffer<Float>(panels * width, repeating: 0)
    try Parallel.forEach(panels, threads: search.threads) { panel throws(MVError) in
      let columns = search.train.columns
      let rows =
        positions.lowerBound + panel * width..<min(positions.upperBound, positions.lowerBound + (panel + 1) * width)
      let values = WorkBuffer<Float>(uninitialized: rows.count * columns)
      let rounded = WorkBuffer<Int16>(rows.count * 2 * pairs, repeating: 0)
      search.train.read(rows, into: values.pointer)
      for (place, position) in rows.enumerated() {
        let row = values.pointer + place * columns
        let norm = search.prepare(row, norms: search.norms(ofTrain: position))
        let divisor = search.divisor(norm: norm)
        let error = search.quantise(row, divisor: divisor, into: rounded.pointer + place * 2 * pairs)
        let length = search.metric == .cosine ? 1 : divisor / search.unit
        let index = panel * width + place
        factors.pointer[index] = Float(length / (NeighborSearch.range * NeighborSearch.range))
        slacks.pointer[index] = Float(length * (querySlack + (1 + querySlack) * error + 2e-6))
        let relative = norm / search.unit
        offsets.pointer[index] = search.metric == .cosine ? 0 : Float(-relative * relative / 2 * (1 - 1e-6))
      }
      mvk_screen_pack(rounded.pointer, rows.count, pairs, width, packed.pointer + panel * width * 2 * pairs)
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
