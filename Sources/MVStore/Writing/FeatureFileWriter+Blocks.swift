internal import CKernels
internal import Foundation
public import MVCore
internal import MVFiles
internal import Synchronization

extension FeatureFileWriter {
  /// Writes the rows of a block, `block.rows.count` of them, of the representation at a place of the plan.
  ///
  /// Values must be finite, and within the range of float16 where the file holds that; only rows marked as skipped may
  /// be NaN. Safe to call from several threads for different blocks. Throws, naming the row, for a value that cannot be
  /// stored, where the block is of another plan, and where the disk fails.
  public func write(
    _ values: UnsafeBufferPointer<Float>, of representation: Int, to block: FeatureBlock
  ) throws(MVError) {
    let offset = try offset(of: representation, in: block)
    precondition(
      values.count == block.rows.count * plan.representations[representation].columns,
      "the values do not fill the block")
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try check(values, of: representation, block)
    try settle(try store(values, at: offset), of: representation, block)
  }

  /// Writes the rows of a block, row after row, of the representation at a place of the plan; throws as the other does.
  public func write(_ values: [Float], of representation: Int, to block: FeatureBlock) throws(MVError) {
    try values.withUnsafeBufferPointer { (buffer) throws(MVError) in
      try write(buffer, of: representation, to: block)
    }
  }

  /// Writes the rows of a block of the representation called `name`; throws also where the plan has none of that name.
  public func write(_ values: UnsafeBufferPointer<Float>, of name: String, to block: FeatureBlock) throws(MVError) {
    guard let representation = plan.representations.firstIndex(where: { $0.name == name }) else {
      throw .usage(url.path, "has no representation \(name)", remedy: "name one of the plan")
    }
    try write(values, of: representation, to: block)
  }

  /// Writes the rows of a block of the representation called `name`; throws also where the plan has none of that name.
  public func write(_ values: [Float], of name: String, to block: FeatureBlock) throws(MVError) {
    try values.withUnsafeBufferPointer { (buffer) throws(MVError) in try write(buffer, of: name, to: block) }
  }

  /// The offset of a representation's rows of a block in the file, and its column; throws where there is none.
  func offset(of representation: Int, in block: FeatureBlock) throws(MVError) -> Int {
    guard places.indices.contains(block.splitIndex), plan.representations.indices.contains(representation),
      block.rows.upperBound <= plan.splits[block.splitIndex].count
    else { throw .usage(url.path, "has no such block", remedy: "take blocks of this writer") }
    return places[block.splitIndex].features[representation]
      + block.rows.lowerBound * plan.representations[representation].columns * plan.element.size
  }

  /// Records the checksum of a block whose bytes are written; the block is marked once the disk has it.
  func settle(_ sum: UInt32, of representation: Int, _ block: FeatureBlock) throws(MVError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    let mark = Mark(splitIndex: block.splitIndex, block: block.index, column: representation)
    try file.write(sum, at: places[mark.splitIndex].sums + 4 * cell(of: mark))
    state.withLock { $0.pending.append(mark) }
    try commitIfDue()
  }

  /// The place of a mark among those of its split.
  private func cell(of mark: Mark) -> Int { mark.block * plan.representations.count + mark.column }

  /// Marks a row whose image could not be read; its values must then be NaN in every representation.
  ///
  /// Throws where there is no such row, where values of it are written already, or where the file cannot be written.
  public func markSkipped(_ row: Int, of splitIndex: Int) throws(MVError) {
    guard plan.splits.indices.contains(splitIndex), (0..<plan.splits[splitIndex].count).contains(row) else {
      throw .usage(url.path, "has no row \(row) of split \(splitIndex)", remedy: "take a row of the plan")
    }
    let block = plan.grid(of: splitIndex).block(of: row)
    let (isMarked, isWritten) = state.withLock { state in
      let cells = block * plan.representations.count..<(block + 1) * plan.representations.count
      return (
        state.skipped[splitIndex].contains(row),
        state.done[splitIndex][cells].contains(true)
          || state.pending.contains { $0.splitIndex == splitIndex && $0.block == block }
      )
    }
    if isMarked { return }
    guard !isWritten else {
      let split = plan.splits[splitIndex]
      throw MVError.badData(
        "\(split.name) row", "cannot be read, but a representation of it is in \(url.path) already",
        remedy: "mend the image, or write the file again with --overwrite"
      ).at(row: row + firstRow(of: split), id: split.ids[row])
    }
    try file.write(UInt8(1), at: places[splitIndex].skipped + row)
    state.withLock { _ = $0.skipped[splitIndex].insert(row) }
  }

  /// Marks a row of the split called `name`; throws also where the plan has none of that name.
  public func markSkipped(_ row: Int, of name: String) throws(MVError) {
    guard let splitIndex = plan.splits.firstIndex(where: { $0.name == name }) else {
      throw .usage(url.path, "has no split \(name)", remedy: "name one of the plan")
    }
    try markSkipped(row, of: splitIndex)
  }

  /// Syncs everything written, and marks it as done; call it once at the end, also after an error or an interruption.
  ///
  /// Throws where the disk fails.
  public func finish() throws(MVError) {
    try committing.withLock { (last) throws(MVError) in
      try commit()
      // The marks themselves.
      try file.synchronize()
      last = .now
    }
  }

  private func commitIfDue() throws(MVError) {
    // If another thread is syncing, its next round includes this block.
    _ = try committing.withLockIfAvailable { (last) throws(MVError) in
      guard ContinuousClock.now - last >= syncInterval else { return }
      try commit()
      last = .now
    }
  }

  /// Syncs, then marks the blocks that were written before the sync.
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
        try file.write(UInt8(1), at: places[mark.splitIndex].done + cell(of: mark))
      }
    } catch {
      // After a failed sync the kernel may call the lost pages clean, so that a later sync would succeed wrongly.
      state.withLock { $0.failure = error }
      throw error
    }
    state.withLock { state in
      for mark in marks { state.done[mark.splitIndex][cell(of: mark)] = true }
    }
  }

  /// Writes values at their place, as float16 if the file holds that, and returns their checksum.
  private func store(_ values: UnsafeBufferPointer<Float>, at offset: Int) throws(MVError) -> UInt32 {
    guard plan.element == .float16 else {
      let bytes = UnsafeRawBufferPointer(values)
      try file.write(bytes, at: offset)
      return Checksum.of(bytes)
    }
    // Piece by piece, so that each stays in the cache from conversion to writing.
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

  /// Throws, naming the row, where a value cannot be stored, or where a skipped row holds values.
  private func check(
    _ values: UnsafeBufferPointer<Float>, of representation: Int, _ block: FeatureBlock
  ) throws(MVError) {
    let (name, width) = (plan.representations[representation].name, plan.representations[representation].columns)
    let skipped = state.withLock { $0.skipped[block.splitIndex] }
    // Just below 65520, which would round to infinity.
    let largest: Float = plan.element == .float16 ? Float(65520).nextDown : .greatestFiniteMagnitude
    var start = 0
    while start < values.count {
      start += mvk_first_beyond(values.baseAddress! + start, values.count - start, largest)
      guard start < values.count else { break }
      let row = block.rows.lowerBound + start / width
      guard values[start].isNaN, skipped.contains(row) else {
        throw unstorable(values[start], of: name, row, block.splitIndex)
      }
      start = (start / width + 1) * width
    }
    for row in skipped where block.rows.contains(row) {
      let first = (row - block.rows.lowerBound) * width
      guard values[first..<first + width].allSatisfy(\.isNaN) else {
        let split = plan.splits[block.splitIndex]
        throw MVError.badData(
          "\(name) of \(split.name) row", "holds values, but is marked as skipped", remedy: "give NaN for its values"
        ).at(row: row + firstRow(of: split), id: split.ids[row])
      }
    }
  }

  /// The row of the whole at which a split begins in this file: errors name the row of the source, not of a shard.
  private func firstRow(of split: SplitPlan) -> Int {
    plan.shard?.splits.first { $0.name == split.name }?.start ?? 0
  }

  private func unstorable(_ value: Float, of name: String, _ row: Int, _ splitIndex: Int) -> MVError {
    let split = plan.splits[splitIndex]
    let subject = "\(name) of \(split.name) row"
    let error: MVError =
      value.isFinite
      ? .badData(subject, "holds \(value), beyond the range of float16", remedy: "store it with --dtype float32")
      : .badData(subject, "holds \(value)", remedy: "check the image and the settings of \(name)")
    return error.at(row: row + firstRow(of: split), id: split.ids[row])
  }
}
