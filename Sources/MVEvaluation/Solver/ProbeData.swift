internal import CKernels
internal import MVCore

/// The train rows of a probe, standardized: kept in memory if they fit, read again otherwise.
final class ProbeData: Sendable {
  /// How rows are scaled.
  enum Scaling {
    /// Columns are brought to mean 0 and standard deviation 1; a constant one to 0.
    case standardized
    /// Columns are brought to mean 0, which the biases, not being penalized, make up for.
    case centered
    /// Each row is divided, in each representation, by its length (and 1e-5, as VISSL does).
    case unitRows
    /// Values are taken as they are.
    case plain
  }

  let reader: RowReader
  /// The class of each row, as a number from 0 without gaps.
  let labels: [Int32]
  /// The mean of each column.
  let center: [Float]
  /// The factor on each column after its mean is subtracted; 0 for a constant column.
  let scale: [Float]
  let threads: Int
  /// What the rows are used for.
  let run: EvaluationRun
  private let cached: WorkBuffer<Float>?
  /// How many columns of each row may be other than 0, from the first on; nil where all may.
  private let extents: [Int32]?
  /// The factors on each row, one per representation, where rows are scaled to length 1 instead.
  private let rowScales: [Float]?

  var rows: Int { labels.count }
  let columns: Int

  /// Whether the rows are held in memory.
  var isInMemory: Bool { cached != nil }

  /// The bytes up to which standardized rows are kept in memory.
  static let cacheBytes = 1 << 30

  /// Reads rows and scales them; throws at a value that is not finite, and where `run` shall stop.
  convenience init(
    reader: RowReader, labels: [Int32], scaling: Scaling, threads: Int, cacheBytes: Int = ProbeData.cacheBytes,
    run: EvaluationRun = EvaluationRun()
  ) throws(MVError) {
    let norms = try reader.norms(threads: threads, run: run)
    var rowScales: [Float]?
    var center = [Float](repeating: 0, count: reader.columns)
    var scale = [Float](repeating: 1, count: reader.columns)
    switch scaling {
    case .plain: break
    case .unitRows: rowScales = norms.map { Float(1 / ($0 + 1e-5)) }
    case .standardized, .centered:
      let moments = try ColumnMoments(of: reader, threads: threads, run: run)
      center = moments.means.map { Float($0) }
      scale = zip(moments.means, moments.deviations).map { mean, deviation in
        // A deviation that rounding alone leaves in a constant column is none, and the factor must be a float32.
        guard deviation > 1e-7 * abs(mean), deviation > 1e-35 else { return 0 }
        return scaling == .standardized ? Float(1 / deviation) : 1
      }
    }
    try self.init(
      reader: reader, labels: labels, center: center, scale: scale, rowScales: rowScales, threads: threads,
      cacheBytes: cacheBytes, run: run)
  }

  /// Creates data of other rows, scaled as `other` is; throws where a value is not finite.
  convenience init(
    reader: RowReader, labels: [Int32], scaledLike other: ProbeData, cacheBytes: Int = ProbeData.cacheBytes
  ) throws(MVError) {
    _ = try reader.norms(threads: other.threads, run: other.run)
    try self.init(
      reader: reader, labels: labels, center: other.center, scale: other.scale, rowScales: nil, threads: other.threads,
      cacheBytes: cacheBytes, run: other.run)
  }

  private init(
    reader: RowReader, labels: [Int32], center: [Float], scale: [Float], rowScales: [Float]?, threads: Int,
    cacheBytes: Int, run: EvaluationRun
  ) throws(MVError) {
    self.run = run
    self.reader = reader
    self.labels = labels
    self.center = center
    self.scale = scale
    self.rowScales = rowScales
    self.threads = threads
    extents = nil
    columns = reader.columns
    guard reader.rows.count * reader.columns * 4 <= cacheBytes else {
      cached = nil
      return
    }
    let cache = WorkBuffer<Float>(uninitialized: reader.rows.count * reader.columns)
    let chunk = reader.chunk
    try Parallel.forEach((reader.rows.count + chunk - 1) / chunk, threads: threads) { index throws(MVError) in
      try run.check()
      let range = index * chunk..<min(reader.rows.count, (index + 1) * chunk)
      let target = cache.pointer + range.lowerBound * reader.columns
      Self.load(range, of: reader, into: target, center, scale, rowScales)
    }
    cached = cache
  }

  /// Creates data of the rows of `original` at the places `order`, in other coordinates.
  ///
  /// Of row i all columns from `extents[i]` on are 0.
  init(_ original: ProbeData, order: [Int], rows: WorkBuffer<Float>, columns: Int, extents: [Int32]) {
    reader = original.reader
    labels = order.map { original.labels[$0] }
    threads = original.threads
    run = original.run
    center = [Float](repeating: 0, count: columns)
    scale = [Float](repeating: 1, count: columns)
    self.columns = columns
    self.extents = extents
    cached = rows
    rowScales = nil
  }

  private static func load(
    _ range: Range<Int>, of reader: RowReader, into target: UnsafeMutablePointer<Float>, _ center: [Float],
    _ scale: [Float], _ rowScales: [Float]?
  ) {
    reader.read(range, into: target)
    if let rowScales {
      reader.scale(range, in: target, by: rowScales)
    } else {
      mvk_standardize(target, range.count, reader.columns, center, scale)
    }
  }

  /// The number of rows to work on at a time: fewer where they differ in how many columns they have.
  var tileLength: Int { max(128, min(extentsDiffer ? 256 : 512, (16 << 20) / (4 * columns))) }

  /// Whether rows differ in how many columns they have.
  var extentsDiffer: Bool { extents != nil }

  /// How many columns of `rows` may be other than 0, from the first on.
  func extent(_ rows: some Collection<Int>) -> Int {
    guard let extents else { return columns }
    return Int(rows.reduce(0) { max($0, extents[$1]) })
  }

  /// The memory that ``tile(_:scratch:)`` needs for the longest tile; none where the rows are in memory.
  func makeScratch() -> WorkBuffer<Float> {
    WorkBuffer(uninitialized: cached == nil ? tileLength * columns : 0)
  }

  /// The standardized rows of `range`, at most ``tileLength`` of them.
  func tile(_ range: Range<Int>, scratch: WorkBuffer<Float>) -> UnsafePointer<Float> {
    if let cached { return UnsafePointer(cached.pointer + range.lowerBound * columns) }
    Self.load(range, of: reader, into: scratch.pointer, center, scale, rowScales)
    return UnsafePointer(scratch.pointer)
  }

  /// Copies the rows at `positions`, scaled, into `target`.
  func gather(_ positions: [Int], into target: UnsafeMutablePointer<Float>) {
    for (place, position) in positions.enumerated() {
      let row = target + place * columns
      if let cached {
        row.update(from: cached.pointer + position * columns, count: columns)
      } else {
        Self.load(position..<position + 1, of: reader, into: row, center, scale, rowScales)
      }
    }
  }

  /// Divides `ranges` into tiles.
  func tiles(_ ranges: [Range<Int>]) -> [Range<Int>] {
    let length = tileLength
    return ranges.flatMap { range in
      stride(from: range.lowerBound, to: range.upperBound, by: length).map { $0..<min(range.upperBound, $0 + length) }
    }
  }
}
