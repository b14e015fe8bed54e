public import MVCore

extension OpenCVHOG {
  /// One glyph per cell of the first block grid: a line along the edge of each orientation, the brighter the stronger.
  ///
  /// The strength is the mean over the blocks that have a cell there. A signed orientation is half a line, to the right
  /// when looking along the gradient. Throws for float images, and where the row of `image` cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let features = try features(of: image)
    let shape = features.layout.shape
    let (blocksAcross, blocksDown, cellsInBlock) = (shape[0], shape[1], shape[2])
    // Where blocks do not move by whole cells, a cell counts at the place where its middle lies.
    func place(_ block: Int, _ cell: Int) -> Int { (block * blockStride + cell * cellSize + cellSize / 2) / cellSize }
    let across = place(blocksAcross - 1, cellsInBlock - 1) + 1
    let down = place(blocksDown - 1, cellsInBlock - 1) + 1
    var sums = [Float](repeating: 0, count: down * across * orientations)
    var counts = [Float](repeating: 0, count: down * across)
    var values = features.values.makeIterator()
    for blockX in 0..<blocksAcross {
      for blockY in 0..<blocksDown {
        for cellX in 0..<cellsInBlock {
          for cellY in 0..<cellsInBlock {
            let cell = place(blockY, cellY) * across + place(blockX, cellX)
            counts[cell] += 1
            for orientation in 0..<orientations { sums[cell * orientations + orientation] += values.next() ?? 0 }
          }
        }
      }
    }
    let turn = (signed ? 2 : 1) * Float.pi
    let glyphs = OrientationGlyphs(
      down: down, across: across, angles: (0..<orientations).map { turn * (Float($0) + 0.5) / Float(orientations) },
      signed: signed)
    return try glyphs.image(of: sums.indices.map { sums[$0] / max(counts[$0 / orientations], 1) })
  }
}
