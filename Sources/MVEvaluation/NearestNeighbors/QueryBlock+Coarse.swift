internal import CKernels
internal import MVCore

extension QueryBlock {
  /// Screens the train rows at `positions` for every query of the block, as `choice` says.
  ///
  /// `mean` is that of the rounded train rows; nil where the coarse screen is not to be used.
  func screen(_ positions: Range<Int>, mean: WorkBuffer<Int16>?, _ choice: inout ScreenChoice) throws(MVError) {
    let isTried = choice.isToTry()
    var tile = try TrainTile(search: search, positions: positions, querySlack: slack, keepingRows: isTried)
    if isTried, let coarse, let rows = tile.rows, let mean {
      let coarseTile = try CoarseTile(tile, rows: rows, mean: mean)
      try tighten()
      let share = share(of: tile, passing: coarseTile, coarse)
      if choice.isFaster(letting: share) {
        return try screen(tile, coarseTile, rows: rows, coarse)
      }
    }
    try tile.pack()
    try screen(finely: tile)
  }

  /// Raises the thresholds as far as the candidates found so far allow.
  private func tighten() throws(MVError) {
    try forEachGroup(of: group) { block, _ in
      for query in 0..<block.count where Int(block.counts[query]) > wanted {
        _ = mvk_screen_compact(&block, query, wanted, 0)
      }
    }
  }

  /// The share of pairs that the coarse screen lets through, of some strips of queries and panels of the tile.
  func share(of tile: TrainTile, passing coarseTile: CoarseTile, _ coarse: CoarseQueries) -> Double {
    let (strip, width) = (mvk_screen_strip(), mvk_screen_panel())
    let strips = (positions.count + strip - 1) / strip
    let (someStrips, somePanels) = (min(strips, min(32, max(4, strips / 16))), min(tile.panels, 8))
    let room = (somePanels + 1) * width
    let products = WorkBuffer<Int32>(uninitialized: strip * width)
    let found = WorkBuffer<Int32>(uninitialized: strip * room)
    var (passing, all) = (0, 0)
    var kernelTile = coarseTile.kernelTile
    for index in 0..<someStrips {
      let first = index * strips / someStrips * strip
      let count = min(strip, positions.count - first)
      let counts = WorkBuffer<Int32>(count, repeating: 0)
      var block = coarse.kernelBlock(
        first: first, count: count, of: self, products: products.pointer, found: found, room: room, counts: counts)
      for index in 0..<somePanels {
        let panel = index * tile.panels / somePanels
        mvk_coarse_screen(&kernelTile, &block, panel, panel + 1)
        all += count * min(width, tile.positions.count - panel * width)
      }
      passing += counts.array.reduce(0) { $0 + Int($1) }
    }
    return Double(passing) / Double(max(1, all))
  }

  /// The bytes of rounded train rows that are screened coarsely before those that pass are screened finely.
  ///
  /// Several rows then follow each other for each query.
  private static let chunkBytes = 1 << 20

  /// Screens the rows of a tile coarsely, and finely what passes.
  func screen(
    _ tile: TrainTile, _ coarseTile: CoarseTile, rows: WorkBuffer<Int16>, _ coarse: CoarseQueries
  ) throws(MVError) {
    let width = mvk_screen_panel()
    let stride = search.stride
    let chunk = max(1, QueryBlock.chunkBytes / (2 * stride * width))
    let room = (chunk + 1) * width
    try forEachGroup(of: largestGroup) { block, first in
      let count = block.count
      let found = WorkBuffer<Int32>(uninitialized: count * room)
      let counts = WorkBuffer<Int32>(uninitialized: count)
      var (kernelTile, kernelCoarseTile) = (tile.kernelTile, coarseTile.kernelTile)
      var coarseBlock = coarse.kernelBlock(
        first: first, count: count, of: self, products: block.products, found: found, room: room, counts: counts)
      for panel in Swift.stride(from: 0, to: tile.panels, by: chunk) {
        counts.pointer.update(repeating: 0, count: count)
        mvk_coarse_screen(&kernelCoarseTile, &coarseBlock, panel, min(panel + chunk, tile.panels))
        for query in 0..<count {
          let passing = Int(counts.pointer[query])
          let asked = coarse.rows.pointer + (first + query) * stride
          var done = 0
          while done < passing {
            done = mvk_screen_found(
              &kernelTile, &block, query, asked, rows.pointer, stride, found.pointer + query * room, done, passing)
            makeRoom(query: query, in: &block, first: first)
          }
        }
      }
    }
  }
}
