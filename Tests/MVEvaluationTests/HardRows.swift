import MVCore

/// Rows of a kind that may be hard to screen.
enum HardRows: CaseIterable {
  case clusters, wideRange, oneHot, nearlyConstant, wideNorms, signs, sparse, duplicates, sortedByClass

  /// `count` rows of `columns` values.
  func values(_ count: Int, columns: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    var centers = SeededGenerator(seed: 77)
    let means = (0..<5 * columns).map { _ in Float(3 * centers.normal()) }
    var values: [Float] = []
    for row in 0..<count {
      for column in 0..<columns {
        let normal = Float(random.normal())
        let value: Float =
          switch self {
          case .clusters: means[row % 5 * columns + column] * 0.1 + normal
          case .wideRange: normal * [1e-3, 1e-2, 0.1, 1, 10, 100, 1000][column % 7]
          case .oneHot: column == row % columns ? 1 : 0
          case .nearlyConstant: 1000 + normal * (column % 3 == 0 ? 1e-2 : 0)
          case .wideNorms: normal * [1e-4, 1e-2, 1, 30, 1e4][row % 5]
          case .signs: normal > 0 ? 1 : -1
          case .sparse: random.integer(below: 10) == 0 ? abs(normal) : 0
          case .duplicates: means[row % 3 * columns + column]
          case .sortedByClass: means[row * 5 / count * columns + column] + normal
          }
        values.append(value)
      }
    }
    return values
  }
}
