internal import CTorch
internal import MVCore

/// The embedding of positions: a row for each pixel of a square grid, after rows that have no place in it.
struct PositionTable {
  /// 1 x rows x width.
  let values: Tensor
  /// The number of rows before those of the grid.
  let prefix: Int
  /// The side of the grid.
  let side: Int

  /// The rows before those of the grid.
  func prefixRows() throws(MVError) -> Tensor { try values.narrowed(axis: 1, 0..<prefix) }

  /// The rows of a grid of `height` x `width`, by interpolation where that is another than the table's own.
  func grid(
    height: Int, width: Int, _ rule: VisionTransformerConfiguration.Positions
  ) throws(MVError) -> Tensor {
    let own = prefix == 0 ? values : try values.narrowed(axis: 1, prefix..<prefix + side * side)
    if height == side && width == side { return own }
    let columns = values.shape[2]
    let map = try own.reshaped([1, side, side, columns]).permuted([0, 3, 1, 2])
    let resized: Tensor
    switch rule {
    case .bicubicAntialiased: resized = try map.resized(height: height, width: width, MVTBicubicAntialiased)
    case .bicubic: resized = try map.resized(height: height, width: width, MVTBicubicPlain)
    case .bicubicAligned: resized = try map.resized(height: height, width: width, MVTBicubicAlignedCorners)
    case .bicubicOffset:
      // The offset kept the sizes, which PyTorch found from the factors, from being rounded down.
      let factors = ((Double(height) + 0.1) / Double(side), (Double(width) + 0.1) / Double(side))
      resized = try map.resized(height: height, width: width, MVTBicubicPlain, factors: factors)
    }
    return try resized.permuted([0, 2, 3, 1]).reshaped([1, height * width, columns])
  }
}
