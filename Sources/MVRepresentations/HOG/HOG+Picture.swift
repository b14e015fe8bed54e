public import MVCore

extension HOG {
  /// One glyph per cell: a line along the edge that each orientation stands for, the brighter the stronger.
  ///
  /// A signed orientation is half a line, to the right when looking along the gradient. Throws where the row of `image`
  /// cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let features = try features(of: image)
    let turn = (signed ? 2 : 1) * Float.pi
    let glyphs = OrientationGlyphs(
      down: image.shape.height / cellSize, across: image.shape.width / cellSize,
      angles: (0..<orientations).map { turn * (Float($0) + 0.5) / Float(orientations) }, signed: signed)
    return try glyphs.image(of: cellMeans(of: features))
  }

  /// The value of each cell and orientation: the mean over the blocks that the cell belongs to.
  private func cellMeans(of features: Features) -> [Float] {
    let (blocksDown, blocksAcross) = (features.layout.shape[0], features.layout.shape[1])
    let across = blocksAcross + blockSize - 1
    let cells = (blocksDown + blockSize - 1) * across
    var sums = [Float](repeating: 0, count: cells * orientations)
    var counts = [Float](repeating: 0, count: cells)
    var values = features.values.makeIterator()
    for block in 0..<blocksDown * blocksAcross {
      for inner in 0..<blockSize * blockSize {
        let cell = (block / blocksAcross + inner / blockSize) * across + block % blocksAcross + inner % blockSize
        counts[cell] += 1
        for orientation in 0..<orientations { sums[cell * orientations + orientation] += values.next() ?? 0 }
      }
    }
    return sums.indices.map { sums[$0] / counts[$0 / orientations] }
  }
}
