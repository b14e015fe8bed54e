internal import CKernels
internal import MVCore

extension QueryBlock {
  /// The bytes of queries as stored that are ranked together, and of train rows that they are compared with in turn.
  ///
  /// Both then stay in the cache. Rows are read from memory for many queries at once: reading them for each was most of
  /// the time.
  private static let (askedBytes, readBytes) = (4 << 20, 2 << 20)
  /// The most candidates that are ranked together.
  private static let mostCandidates = 1 << 20

  /// Ranks the candidates of every query and passes its nearest to `consume`.
  func rank(_ consume: @escaping @Sendable (Int, UnsafeBufferPointer<RankedRow>) -> Void) throws(MVError) {
    let share = (positions.count + 2 * search.threads - 1) / (2 * search.threads)
    let most = min(
      QueryBlock.askedBytes / (MemoryLayout<Float>.size * search.train.columns),
      QueryBlock.mostCandidates / search.capacity)
    try forEachGroup(of: max(1, min(share, most))) { (block, first) throws(MVError) in
      for query in 0..<block.count { _ = mvk_screen_compact(&block, query, wanted, 1) }
      for (place, all) in rankings(of: first..<first + block.count).enumerated() {
        let position = positions.lowerBound + first + place
        var ranked = all
        if search.leavingOut { ranked.removeAll { Int($0.position) == position } }
        guard ranked.count >= search.k else {
          throw .internalFault("query \(position)", "has only \(ranked.count) of \(search.k) neighbors")
        }
        ranked.prefix(search.k).withUnsafeBufferPointer { consume(position, $0) }
      }
    }
  }

  /// The candidates of some queries of the block, nearest first; ties by row number.
  func rankings(of queries: Range<Int>) -> [[RankedRow]] {
    let columns = search.train.columns
    let asked = WorkBuffer<Float>(uninitialized: queries.count * columns)
    let members = positions.lowerBound + queries.lowerBound..<positions.lowerBound + queries.upperBound
    search.queries.read(members, into: asked.pointer)
    // The candidates of all, those of each query in row order: rows are read in the order of the file.
    var starts = [0]
    for query in queries { starts.append(starts[starts.count - 1] + Int(counts.pointer[query])) }
    let candidates = WorkBuffer<Int32>(uninitialized: starts[queries.count])
    let values = WorkBuffer<Double>(uninitialized: starts[queries.count])
    for (place, query) in queries.enumerated() {
      var own = candidates.slice(starts[place]..<starts[place + 1])
      own.baseAddress!.update(from: rows.pointer + query * search.capacity, count: own.count)
      own.sort()
    }
    let runs = CandidateRuns(
      starts: starts, positions: candidates, length: QueryBlock.readBytes / (MemoryLayout<Float>.size * columns))
    if !search.scoreStored(runs, of: members, asked: asked.pointer, into: values.pointer) {
      search.score(runs, of: members, asked: asked.pointer, into: values.pointer)
    }
    return (0..<queries.count).map { place in
      var ranked = (starts[place]..<starts[place + 1]).map {
        RankedRow(position: candidates.pointer[$0], value: values.pointer[$0])
      }
      if search.metric == .cosine {
        ranked.sort { $0.value == $1.value ? $0.position < $1.position : $0.value > $1.value }
      } else {
        ranked.sort { $0.value == $1.value ? $0.position < $1.position : $0.value < $1.value }
      }
      return ranked
    }
  }
}

/// The candidates of some queries, those of each in row order, in runs by parts of the train rows.
struct CandidateRuns {
  /// Where the candidates of each query start, and one past the last.
  let starts: [Int]
  /// The positions of the candidates among the train rows.
  let positions: WorkBuffer<Int32>
  /// The number of train rows in a part.
  let length: Int

  /// Calls `body` with each query's place and a run of its candidates, part by part.
  func forEach(rows: Int, _ body: (Int, Range<Int>) -> Void) {
    var next = starts
    let length = max(1, length)
    for end in stride(from: length, to: rows + length, by: length) {
      for place in 0..<starts.count - 1 {
        let first = next[place]
        var last = first
        while last < starts[place + 1], Int(positions.pointer[last]) < end { last += 1 }
        guard last > first else { continue }
        next[place] = last
        body(place, first..<last)
      }
    }
  }
}
