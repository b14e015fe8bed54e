public import MVCore

extension HOG {
  /// One glyph a cell: a line along the edge that each orientation stands for, the brighter the stronger.
  ///
  /// A signed orientation is half a line, on the side the gradient's right hand points to.
  public func picture(of image: Image) throws(MVError) -> Image {
    let features = try features(of: image)
    let cells = cellMeans(of: features)
    let (down, across) = (image.shape.height / cellSize, image.shape.width / cellSize)
    let glyph = max(16, (320 + min(down, across) - 1) / min(down, across))
    let strongest = max(cells.max() ?? 0, 1e-6)
    var canvas = Canvas(width: across * glyph, height: down * glyph, background: Canvas.Color(0.06, 0.07, 0.10))
    let (dim, bright) = (Canvas.Color(0.20, 0.28, 0.45), Canvas.Color(1, 0.97, 0.88))
    for cell in 0..<down * across {
      let center = (x: (Float(cell % across) + 0.5) * Float(glyph), y: (Float(cell / across) + 0.5) * Float(glyph))
      let votes = cells[cell * orientations..<(cell + 1) * orientations].map { ($0 / strongest).squareRoot() }
      // Faint lines first, so that strong ones stand above them.
      for (orientation, strength) in votes.enumerated().sorted(by: { $0.element < $1.element }) where strength > 0.05 {
        let turn = (signed ? 2 : 1) * Float.pi * (Float(orientation) + 0.5) / Float(orientations)
        let reach = 0.46 * Float(glyph)
        let (dx, dy) = (-Float.sine(turn) * reach, Float.cosine(turn) * reach)
        canvas.line(
          from: signed ? center : (center.x - dx, center.y - dy), to: (center.x + dx, center.y + dy),
          thickness: max(1, Float(glyph) / 20), dim.mixed(with: bright, share: strength), opacity: strength)
      }
    }
    return canvas.image
  }

  /// The value of each cell and orientation, the mean over the blocks that the cell belongs to.
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
