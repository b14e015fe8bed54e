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

/// Decides whether the coarse screen goes before the fine one: for the search, and then tile by tile.
///
/// Times are in units of the fine screen's for one pair of a query and a row, which grows with the columns; what does
/// not weighs more where columns are few. How much the coarse screen lets through is measured on pairs of each tile: it
/// depends on the features, on k, and on how many rows were seen. Preparing rows pays only where each meets many
/// others, so the search must be large.
struct ScreenChoice: Sendable {
  /// What must be gained at least.
  private static let least = 0.95
  /// The time for rounding and packing a row for the coarse screen, and the share of the search's that may be lost so.
  private static let (preparationTime, mostPreparation) = (65.0, 0.02)
  /// The rows, besides the queries, that are prepared for a first trial.
  private static let preparedRows = 1500
  /// Sums of more products of two 8-bit integers may not fit 32 bits.
  private static let mostColumns = 100_000

  let screening: Screening
  /// Whether any tile may be screened coarsely.
  let mayBeCoarse: Bool
  /// The largest share of pairs let through with which the coarse screen is faster.
  private let mostShare: Double
  /// The number of nearest rows wanted.
  private let wanted: Int
  /// The number of the present tile of the block, and of the next to try the coarse screen on.
  private var tile = -1
  private var next = 1

  /// `isFast` says whether the processor multiplies 8-bit integers fast.
  init(
    _ screening: Screening, columns: Int, rows: Int, queries: Int, wanted: Int,
    isFast: Bool = mvk_coarse_is_fast() != 0
  ) {
    self.screening = screening
    self.wanted = wanted
    // Products of 8-bit integers have twice the rate, but bounds take longer, and rows are read again for what passes.
    let coarseTime = 0.61 + 50 / Double(max(1, columns))
    let foundTime = 2.7 + 500 / Double(max(1, columns))
    mostShare = (Self.least - coarseTime) / foundTime
    let preparation = Self.preparationTime * Double(queries + Self.preparedRows)
    mayBeCoarse =
      switch screening {
      case .fine: false
      case .coarse: columns <= Self.mostColumns
      case .measured:
        columns <= Self.mostColumns && isFast
          && preparation <= Self.mostPreparation * Double(queries) * Double(rows)
          && 2 * Double(wanted) <= mostShare * Double(rows)
      }
  }

  /// Begins a block of queries: nothing is known yet of their neighbors.
  ///
  /// The rows wanted are among those that pass, so a first trial waits until they are few among the rows seen.
  mutating func start(tileLength: Int) {
    tile = -1
    next = waiting(Double(wanted) / Double(max(1, tileLength)))
  }

  /// Whether to try the coarse screen on the next tile.
  mutating func isToTry() -> Bool {
    guard mayBeCoarse, screening == .measured else { return mayBeCoarse }
    tile += 1
    return tile >= next
  }

  /// Whether the coarse screen is faster for a tile of which it lets `share` of the pairs through.
  mutating func isFaster(letting share: Double) -> Bool {
    guard screening == .measured, share > mostShare else { return true }
    next = max(tile + 1, waiting(Double(tile) * share))
    return false
  }

  /// The number of tiles to be seen until few enough pairs pass, where `first` of them would pass after one tile.
  ///
  /// The share falls about as the rows seen grow in number.
  private func waiting(_ first: Double) -> Int {
    max(1, Int(min((first / max(mostShare, 1e-9)).rounded(.up), Double(Int32.max))))
  }
}
