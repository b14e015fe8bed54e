internal import CKernels
internal import Foundation
public import MVCore
internal import MVFiles
internal import Synchronization

extension FeatureFileWriter {
  /// Writes one block of one representation: `block.rows.count` rows, row after row.
  ///
  /// Values must be finite, and within the range of float16 where the file holds that; only rows marked as skipped may be
  /// NaN. Safe to call from several threads for different blocks.
  public func write(
    _ values: UnsafeBufferPointer<Float>, of representation: String, to block: FeatureBlock
  ) throws(MVError) {
    guard let places = places[block.split], let column = columns[representation] else {
      throw .usage(
        url.path, "has no \(representation) of \(block.split)", remedy: "name a split and a representation of the plan")
    }
    let width = plan.representations[column].columns
    precondition(values.count == block.rows.count * width, "the values do not fill the block")
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try check(values, of: representation, width: width, block)
    let size = plan.element.size
    let sum = try store(values, at: places.features[column] + block.rows.lowerBound * width * size)
    try settle(sum, of: column, block, places)
  }

  /// Where the rows of a representation begin in the file.
  func place(of representation: String, in block: FeatureBlock) throws(MVError) -> (offset: Int, column: Int) {
    guard let places = places[block.split], let column = columns[representation] else {
      throw .usage(
        url.path, "has no \(representation) of \(block.split)", remedy: "name a split and a representation of the plan")
    }
    let rowBytes = plan.representations[column].columns * plan.element.size
    return (places.features[column] + block.rows.lowerBound * rowBytes, column)
  }

  /// Records the checksum of a block whose bytes are in their place, and marks it when the disk has it.
  func settle(_ sum: UInt32, of column: Int, _ block: FeatureBlock) throws(MVError) {
    guard let places = places[block.split] else { return }
    try settle(sum, of: column, block, places)
  }

  private func settle(
    _ sum: UInt32, of column: Int, _ block: FeatureBlock, _ places: SplitPlaces
  ) throws(MVError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try file.write(sum, at: places.sums + 4 * (block.index * plan.representations.count + column))
    state.withLock { $0.pending.append(Mark(split: block.split, block: block.index, column: column)) }
    try commitIfDue()
  }

  /// Writes one block of one representation: `block.rows.count` rows, row after row.
  public func write(_ values: [Float], of representation: String, to block: FeatureBlock) throws(MVError) {
    try values.withUnsafeBufferPointer { (buffer) throws(MVError) in
      try write(buffer, of: representation, to: block)
    }
  }

  /// Marks a row whose image could not be read; its values must then be NaN in every representation.
  public func markSkipped(_ row: Int, of split: String) throws(MVError) {
    guard let places = places[split], let rows = plan.splits.first(where: { $0.name == split })?.count,
      (0..<rows).contains(row)
    else { throw .usage(url.path, "has no row \(row) of \(split)", remedy: "name a row of the plan") }
    try file.write(UInt8(1), at: places.skipped + row)
    state.withLock { _ = $0.skipped[split, default: []].insert(row) }
  }

  /// Brings to the disk, and marks, all that was written; call it once at the end, also after an error or an interruption.
  public func finish() throws(MVError) {
    try committing.withLock { (last) throws(MVError) in
      try commit()
      // The marks themselves.
      try file.synchronize()
      last = .now
    }
  }

  private func commitIfDue() throws(MVError) {
    // Where another thread is at it, its next round takes this block along.
    _ = try committing.withLockIfAvailable { (last) throws(MVError) in
      guard ContinuousClock.now - last >= syncInterval else { return }
      try commit()
      last = .now
    }
  }

  /// Syncs, then marks what was in its place before the sync.
  private func commit() throws(MVError) {
    let (marks, failure) = state.withLock { state in
      defer { state.pending = [] }
      return (state.pending, state.failure)
    }
    if let failure { throw failure }
    guard !marks.isEmpty else { return }
    do throws(MVError) {
      try file.synchronize()
      for mark in marks {
        guard let places = places[mark.split] else { continue }
        try file.write(UInt8(1), at: places.done + mark.block * plan.representations.count + mark.column)
      }
    } catch {
      // After a failed sync the kernel may call the lost pages clean, so that a later sync would succeed wrongly.
      state.withLock { $0.failure = error }
      throw error
    }
    state.withLock { state in
      for mark in marks { state.done[mark.split]?[mark.block * plan.representations.count + mark.column] = true }
    }
  }

  /// Puts values in their place, narrowed where the file says so, and returns their checksum.
  private func store(_ values: UnsafeBufferPointer<Float>, at offset: Int) throws(MVError) -> UInt32 {
    guard plan.element == .float16 else {
      let bytes = UnsafeRawBufferPointer(values)
      try file.write(bytes, at: offset)
      return Checksum.of(bytes)
    }
    // Piece by piece, so that each stays in the cache from narrowing to writing.
    let piece = 1 << 17
    return try withUnsafeTemporaryAllocation(byteCount: 2 * min(piece, values.count), alignment: 64) {
      (scratch) throws(MVError) -> UInt32 in
      var sum: UInt32 = 0
      for start in stride(from: 0, to: values.count, by: piece) {
        let count = min(piece, values.count - start)
        mvk_float32_to_float16(values.baseAddress! + start, scratch.baseAddress!, count)
        let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<(2 * count)])
        try file.write(bytes, at: offset + 2 * start)
        sum = Checksum.of(bytes, after: sum)
      }
      return sum
    }
  }

  /// Throws, naming the row, where a value cannot be stored.
  private func check(
    _ values: UnsafeBufferPointer<Float>, of representation: String, width: Int, _ block: FeatureBlock
  ) throws(MVError) {
    // Just below 65520, which would round to infinity.
    let largest: Float = plan.element == .float16 ? Float(65520).nextDown : .greatestFiniteMagnitude
    var start = 0
    while start < values.count {
      start += mvk_first_beyond(values.baseAddress! + start, values.count - start, largest)
      guard start < values.count else { return }
      let row = block.rows.lowerBound + start / width
      guard values[start].isNaN, state.withLock({ $0.skipped[block.split]?.contains(row) ?? false }) else {
        throw unstorable(values[start], of: representation, row, block)
      }
      start = (start / width + 1) * width
    }
  }

  private func unstorable(
    _ value: Float, of representation: String, _ row: Int, _ block: FeatureBlock
  ) -> MVError {
    let id = plan.splits.first { $0.name == block.split }?.ids[row] ?? ""
    let subject = "\(representation) of \(block.split) row"
    let error: MVError =
      value.isFinite
      ? .badData(subject, "holds \(value), beyond the range of float16", remedy: "store it with --dtype float32")
      : .badData(subject, "holds \(value)", remedy: "check the image and the settings of \(representation)")
    return error.at(row: row, id: id)
  }
}
