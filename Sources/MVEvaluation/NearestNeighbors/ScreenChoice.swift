internal import CKernels

/// How train rows are screened; neighbors are the same by each way.
enum Screening: Hashable, Sendable {
  /// Coarsely before finely where a sample of pairs says that this is faster.
  case measured
  /// In 16-bit integers.
  case fine
  /// In 8-bit integers, then in 16-bit integers.
  case coarse
}

/// Decides tile by tile whether the coarse screen goes before the fine one.
///
/// Times are in units of the fine screen's for one pair of a query and a row. What the coarse one lets through is
/// measured on pairs of each tile; it depends on the features, on k, and on how many rows were seen.
struct ScreenChoice: Sendable {
  /// The coarse screen's time for a pair: products of 8-bit integers have twice the rate.
  private static let coarseTime = 0.5
  /// The time for each pair that it lets through: the fine screen without what packing gains.
  private static let foundTime = 5.0
  /// The time for packing a row for the coarse screen, less that for the fine one.
  private static let packingTime = 20.0
  /// What must be gained at least.
  private static let least = 0.95
  /// Sums of more products of two 8-bit integers may not fit 32 bits.
  private static let mostColumns = 100_000

  let screening: Screening
  /// Whether any tile may be screened coarsely.
  let mayBeCoarse: Bool
  /// The number of the present tile of the block, and of the next to try the coarse screen on.
  private var tile = -1
  private var next = 1

  /// `isFast` says whether the processor multiplies 8-bit integers fast.
  init(_ screening: Screening, columns: Int, isFast: Bool = mvk_coarse_is_fast() != 0) {
    self.screening = screening
    mayBeCoarse =
      switch screening {
      case .fine: false
      case .coarse: columns <= Self.mostColumns
      case .measured: columns <= Self.mostColumns && columns >= 32 && isFast
      }
  }

  /// Begins a block of queries: nothing is known yet of their neighbors.
  mutating func start() { (tile, next) = (-1, 1) }

  /// Whether to try the coarse screen on the next tile.
  mutating func isToTry() -> Bool {
    guard mayBeCoarse, screening == .measured else { return mayBeCoarse }
    tile += 1
    return tile >= next
  }

  /// Whether the coarse screen is faster for a tile of which it lets `share` of the pairs with `queries` through.
  mutating func isFaster(letting share: Double, queries: Int) -> Bool {
    guard screening == .measured else { return true }
    let most =
      (Self.least - Self.coarseTime - Self.packingTime / Double(max(1, queries))) / Self.foundTime
    guard share > most else { return true }
    // The share falls about as the rows seen grow in number.
    let enough = most > 0 ? Double(tile) * share / most : .infinity
    next = max(tile + 1, Int(min(enough.rounded(.up), Double(Int32.max))))
    return false
  }
}
