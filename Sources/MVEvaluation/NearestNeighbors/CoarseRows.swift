internal import CKernels
internal import MVCore

/// The queries of a block for the coarse screen; see `CKernelsCoarseScreen.h`.
final class CoarseQueries: Sendable {
  private let search: NeighborSearch
  private let mean: WorkBuffer<Int16>
  private let meanSquare: Double
  /// The rounded rows, `stride` values each.
  let rows: WorkBuffer<Int16>
  private let packed: WorkBuffer<Int8>
  private let biases: WorkBuffer<Int32>
  private let steps: WorkBuffer<Float>
  private let losses: WorkBuffer<Float>
  private let kept: WorkBuffer<Float>
  private let own: WorkBuffer<Float>

  /// Room for `count` queries.
  init(search: NeighborSearch, count: Int, mean: WorkBuffer<Int16>) {
    self.search = search
    self.mean = mean
    meanSquare = mean.array.reduce(0) { $0 + Double($1) * Double($1) }
    let strip = mvk_screen_strip()
    let padded = (count + strip - 1) / strip * strip
    rows = WorkBuffer(uninitialized: count * search.stride)
    packed = WorkBuffer(uninitialized: padded * 4 * search.quads)
    biases = WorkBuffer(padded * mvk_coarse_biases(search.quads), repeating: 0)
    steps = WorkBuffer(uninitialized: count)
    losses = WorkBuffer(uninitialized: count)
    kept = WorkBuffer(uninitialized: count)
    own = WorkBuffer(uninitialized: count)
  }

  /// Takes the rounded rows of one strip, of which there are `count`.
  func add(_ rounded: UnsafePointer<Int16>, strip index: Int, count: Int) {
    let strip = mvk_screen_strip()
    let (stride, quads) = (search.stride, search.quads)
    (rows.pointer + index * strip * stride).update(from: rounded, count: count * stride)
    let coarse = search.coarsen(rounded, count: count, mean: mean, isTrain: false) { place, row in
      let query = index * strip + place
      steps.pointer[query] = row.step
      losses.pointer[query] = row.lost
      kept.pointer[query] = row.kept
      own.pointer[query] = Float(row.rest + meanSquare)
    }
    mvk_coarse_pack_queries(
      coarse.pointer, stride, count, quads, packed.pointer + index * strip * 4 * quads,
      biases.pointer + index * strip * mvk_coarse_biases(quads))
  }

  /// `count` queries from `first` on, the first of a strip, as the kernel wants them.
  func kernelBlock(
    first: Int, count: Int, of block: QueryBlock, products: UnsafeMutablePointer<Int32>, found: WorkBuffer<Int32>,
    room: Int, counts: WorkBuffer<Int32>
  ) -> mvk_coarse_block {
    mvk_coarse_block(
      packed: packed.pointer + first * 4 * search.quads, count: count,
      bias: biases.pointer + first * mvk_coarse_biases(search.quads), step: steps.pointer + first,
      lost: losses.pointer + first, kept: kept.pointer + first, own: own.pointer + first,
      scale: block.scales.pointer + first, threshold: block.thresholds.pointer + first, products: products,
      found: found.pointer, room: room, counts: counts.pointer)
  }
}

/// A tile of train rows for the coarse screen.
struct CoarseTile: Sendable {
  private let packed: WorkBuffer<Int8>
  private let steps: WorkBuffer<Float>
  private let norms: WorkBuffer<Float>
  private let losses: WorkBuffer<Float>
  private let slacks: WorkBuffer<Float>
  private let offsets: WorkBuffer<Float>
  private let tile: TrainTile

  /// Packs the rows that `tile` kept, `rows`.
  init(_ tile: TrainTile, rows: WorkBuffer<Int16>, mean: WorkBuffer<Int16>) throws(MVError) {
    let search = tile.search
    let width = mvk_screen_panel()
    let (stride, quads, count) = (search.stride, search.quads, tile.panels * mvk_screen_panel())
    let packed = WorkBuffer<Int8>(uninitialized: count * 4 * quads)
    let steps = WorkBuffer<Float>(count, repeating: 0)
    let norms = WorkBuffer<Float>(count, repeating: 0)
    let losses = WorkBuffer<Float>(count, repeating: 0)
    let slacks = WorkBuffer<Float>(count, repeating: -1e30)
    let offsets = WorkBuffer<Float>(count, repeating: 0)
    try Parallel.forEach(tile.panels, threads: search.threads) { panel throws(MVError) in
      try search.run.check()
      let members = min(width, tile.positions.count - panel * width)
      let coarse = search.coarsen(
        rows.pointer + panel * width * stride, count: members, mean: mean, isTrain: true
      ) { place, row in
        let index = panel * width + place
        let factor = tile.factors.pointer[index]
        steps.pointer[index] = row.step * factor
        norms.pointer[index] = row.norm * factor
        losses.pointer[index] = row.lost * factor
        // The last terms are for what both screens round in float32.
        slacks.pointer[index] =
          Float(row.rest * Double(factor)) + tile.slacks.pointer[index] + 12e-6 * tile.lengths.pointer[index]
        offsets.pointer[index] = tile.offsets.pointer[index] * (1 - 1e-6)
      }
      mvk_coarse_pack_train(coarse.pointer, stride, members, quads, packed.pointer + panel * width * 4 * quads)
    }
    self.packed = packed
    self.steps = steps
    self.norms = norms
    self.losses = losses
    self.slacks = slacks
    self.offsets = offsets
    self.tile = tile
  }

  /// The tile as the kernel wants it.
  var kernelTile: mvk_coarse_tile {
    mvk_coarse_tile(
      packed: packed.pointer, quads: tile.search.quads, step: steps.pointer, norm: norms.pointer, lost: losses.pointer,
      factor: tile.factors.pointer, slack: slacks.pointer, offset: offsets.pointer)
  }
}

extension NeighborSearch {
  /// Rounds `count` rounded rows to 8 bits; `each` is told of each row.
  fileprivate func coarsen(
    _ rounded: UnsafePointer<Int16>, count: Int, mean: WorkBuffer<Int16>, isTrain: Bool,
    _ each: (Int, mvk_coarse_row) -> Void
  ) -> WorkBuffer<Int8> {
    let rows = WorkBuffer<Int8>(uninitialized: count * stride)
    for place in 0..<count {
      var made = mvk_coarse_row()
      mvk_coarsen(
        rounded + place * stride, mean.pointer, train.columns, isTrain ? 1 : 0, rows.pointer + place * stride, &made)
      each(place, made)
    }
    return rows
  }
}
