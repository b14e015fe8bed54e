internal import CKernels
internal import MVCore

/// One exact search: the nearest train rows for every query.
///
/// Queries are taken in blocks that fit the memory allowed, train rows in tiles that fit the cache. Each tile is
/// screened for each block (`mvk_screen`), which leaves few more than k candidates per query; these are ranked in
/// double precision. Where it is faster, a coarser screen goes before it (`ScreenChoice`).
struct NeighborSearch: Sendable {
  let train: RowReader
  let queries: RowReader
  let k: Int
  let metric: NearestNeighbors.Metric
  /// Whether a row must not be its own neighbor.
  let leavingOut: Bool
  let threads: Int
  let trainNorms: [Double]
  let queryNorms: [Double]
  /// Whether each representation is L2-normalized.
  let normalizes: Bool
  /// The vector subtracted from every row under the Euclidean metric: it leaves distances unchanged and makes norms
  /// small.
  let center: [Float]
  /// The largest norm of a train row, which is the unit of scores.
  let unit: Double
  /// The number of candidates kept per query.
  let capacity: Int
  let screening: Screening
  let run: EvaluationRun

  /// The bytes that the queries of a block and their candidates may take.
  static let blockBytes = 400 << 20
  /// The bytes of a packed tile.
  static let tileBytes = 8 << 20

  init(
    train: RowReader, queries: RowReader, k: Int, metric: NearestNeighbors.Metric, leavingOut: Bool, threads: Int,
    screening: Screening, run: EvaluationRun
  ) throws(MVError) {
    self.run = run
    self.screening = screening
    self.train = train
    self.queries = queries
    self.k = k
    self.metric = metric
    self.leavingOut = leavingOut
    self.threads = threads
    trainNorms = try train.norms(threads: threads, run: run)
    queryNorms = leavingOut ? trainNorms : try queries.norms(threads: threads, run: run)
    let several = train.representations.count > 1
    normalizes = metric == .cosine || several
    capacity = 3 * k + 512
    guard metric == .euclidean else {
      center = []
      unit = 1
      return
    }
    center = normalizes ? [] : NeighborSearch.mean(of: train)
    let offset = center.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    unit =
      normalizes
      ? Double(train.representations.count).squareRoot()
      : max((trainNorms.max() ?? 0) + offset, NeighborSearch.smallestUnit)
  }

  /// What rows that are all zero, or nearly, are measured by: a millionth of it is still a factor that float32 has.
  private static let smallestUnit = 1e-27

  /// The mean of some train rows: any vector would be correct, and one in their midst is best.
  private static func mean(of train: RowReader) -> [Float] {
    let sample = 0..<min(train.rows.count, 2048)
    let step = max(1, train.rows.count / max(sample.count, 1))
    var sums = [Double](repeating: 0, count: train.columns)
    let row = WorkBuffer<Float>(uninitialized: train.columns)
    for index in sample {
      train.read(index * step, into: row.pointer)
      for column in 0..<train.columns { sums[column] += Double(row.pointer[column]) }
    }
    return sums.map { Float($0 / Double(max(sample.count, 1))) }
  }

  /// The number of nearest rows wanted, including the query itself where it is to be left out.
  var wanted: Int { k + (leavingOut ? 1 : 0) }

  /// The number of pairs of values in a packed row.
  var pairs: Int { (train.columns + 1) / 2 }

  /// The number of quadruples of values in a row packed for the coarse screen.
  var quads: Int { (train.columns + 3) / 4 }

  /// The number of queries per block.
  private func blockLength(_ choice: ScreenChoice) -> Int {
    let bytes = 12 * capacity + 4 * pairs + (choice.mayBeCoarse ? 2 * stride + 4 * quads : 0) + 96
    return max(12, min(queries.rows.count, NeighborSearch.blockBytes / bytes))
  }

  /// Finds the neighbors of every query and passes them to `consume`, nearest first.
  ///
  /// `consume` gets a query's position and its train positions with cosines or squared distances; several threads call
  /// it.
  func forEachQuery(
    _ consume: @escaping @Sendable (Int, UnsafeBufferPointer<RankedRow>) -> Void
  ) throws(MVError) {
    var choice = ScreenChoice(
      screening, columns: train.columns, rows: train.rows.count, queries: queries.rows.count, wanted: wanted)
    let mean = choice.mayBeCoarse ? roundedMean() : nil
    let tileLength = tileLength(choice)
    let tiles = (train.rows.count + tileLength - 1) / tileLength
    let blockLength = blockLength(choice)
    var first = 0
    while first < queries.rows.count {
      let positions = first..<min(queries.rows.count, first + blockLength)
      let block = QueryBlock(search: self, positions: positions, mean: mean)
      choice.start(tileLength: tileLength)
      for tile in 0..<tiles {
        let rows = tile * tileLength..<min(train.rows.count, (tile + 1) * tileLength)
        try block.screen(rows, mean: mean, &choice)
        run.report(positions.lowerBound + positions.count * (tile + 1) / (tiles + 1), of: queries.rows.count)
      }
      try block.rank(consume)
      run.report(positions.upperBound, of: queries.rows.count)
      first = positions.upperBound
    }
  }

  /// About the mean of the rounded train rows: any vector would be correct, and one in their midst is best.
  func roundedMean() -> WorkBuffer<Int16> {
    let sample = min(train.rows.count, 128)
    let step = max(1, train.rows.count / max(sample, 1))
    var sums = [Int64](repeating: 0, count: train.columns)
    let row = WorkBuffer<Int16>(uninitialized: stride)
    for index in 0..<sample {
      round(index * step..<index * step + 1, of: train, norms: norms(ofTrain:), into: row.pointer) { _, _ in }
      for column in 0..<train.columns { sums[column] += Int64(row.pointer[column]) }
    }
    let mean = WorkBuffer<Int16>(stride, repeating: 0)
    for column in 0..<train.columns { mean.pointer[column] = Int16(sums[column] / Int64(max(sample, 1))) }
    return mean
  }

  private func tileLength(_ choice: ScreenChoice) -> Int {
    let panel = mvk_screen_panel()
    var rows = min(16_384, NeighborSearch.tileBytes / (4 * pairs))
    // What the first tiles find is what the coarse screen needs to drop rows of the others.
    if choice.mayBeCoarse { rows = min(rows, max(1024, train.rows.count / 16)) }
    return max(panel, rows / panel * panel)
  }
}

/// A train row and how near it is.
struct RankedRow: BitwiseCopyable {
  /// The position among the train rows.
  var position: Int32
  /// The cosine, or the squared distance.
  var value: Double
}
