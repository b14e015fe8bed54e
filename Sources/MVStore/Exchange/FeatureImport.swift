public import Foundation
public import MVCore

/// Imports arrays of other programs into a feature file, for example embeddings of a teacher.
///
/// Rows are read and written in blocks, so that memory stays bounded; the same call finishes what a stopped one left.
public struct FeatureImport: Sendable {
  /// One array and its meaning: `SPLIT/NAME=FILE`, where FILE is `.npy`, `FILE.h5:DATASET`, or text for ids.
  public struct Input: Hashable, Sendable {
    /// The split's name, for example `train`.
    public let split: String
    /// The name of a representation, or `labels`, `ids` or `.skipped`.
    public let name: String
    /// The place of the array: `FILE`, or `FILE:DATASET`.
    public let location: String

    /// Creates the description of one array; see the properties.
    public init(split: String, name: String, location: String) {
      self.split = split
      self.name = name
      self.location = location
    }
  }

  /// The plan of the file.
  public let plan: FeatureFilePlan
  /// Of each split of the plan: the array of each representation.
  private let arrays: [[any ForeignRows]]
  /// Of each split of the plan: the rows without features.
  private let skipped: [[Int]]

  /// Opens the arrays and compares their shapes.
  ///
  /// Labels and ids that are not given are taken from `reference`, a feature file of the same images; without it they
  /// are -1 and the number of the row. Without `element` the file holds float16 if every array does. Throws where an
  /// array is missing or unreadable, or where arrays do not fit together.
  public init(
    _ inputs: [Input], like reference: FeatureFile? = nil, dataset: String? = nil, classNames: [String]? = nil,
    element: ElementType? = nil, software: [String: String] = [:]
  ) throws(MVError) {
    let table = try ImportTable(inputs)
    let classNames = classNames ?? reference?.classNames ?? []
    let splits = try table.splits.map { (split) throws(MVError) in
      try table.opening(split, classes: classNames.count, like: reference)
    }
    let representations = try table.representations(of: splits)
    let isHalf = splits.allSatisfy { $0.arrays.allSatisfy(\.isHalf) }
    let widest = representations.reduce(1) { max($0, $1.columns) }
    plan = FeatureFilePlan(
      dataset: dataset ?? reference?.dataset ?? "imported", location: inputs.map(\.location).joined(separator: " "),
      source: reference?.stored.source, fingerprint: reference?.stored.fingerprint ?? table.fingerprint,
      classNames: classNames, software: software,
      element: element ?? (isHalf ? .float16 : .float32), blockRows: min(256, max(1, (4 << 20) / widest)),
      splits: splits.map(\.plan), representations: representations)
    arrays = splits.map(\.arrays)
    skipped = splits.map(\.skipped)
  }

  /// Writes the file, plain or compressed in the end, or finishes one that was begun.
  ///
  /// Throws where an array cannot be read or holds a value that is not finite, where the file belongs to another plan,
  /// and where it cannot be written.
  @discardableResult
  public func write(
    to output: URL, overwrite: Bool = false, compressed: Bool = false, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> FillSummary {
    if !overwrite, let file = try FeatureFile.ifFinished(output, by: plan, compressed: compressed) {
      return FillSummary(whole: file)
    }
    let writer = try FeatureFileWriter(creatingOrResuming: output, plan: plan, overwrite: overwrite)
    for (splitIndex, rows) in skipped.enumerated() {
      for row in rows { try writer.markSkipped(row, of: splitIndex) }
    }
    let widest = plan.representations.reduce(1) { max($0, $1.columns) }
    // A file that was begun may have blocks of any number of rows, also more than there are.
    let longest = min(writer.plan.blockRows, plan.splits.reduce(0) { max($0, $1.count) })
    let buffers = BufferPool(byteCount: 4 * widest * longest)
    let fill = try writer.fill(threads: threads, cancellation: cancellation, progress: progress) {
      (block) throws(MVError) in
      try buffers.withBuffer { (buffer) throws(MVError) in
        let values = buffer.bindMemory(to: Float.self)
        for column in block.missing { try copy(column, of: block, through: values, to: writer) }
      }
    }
    if compressed { try writer.compress(cancellation: cancellation, progress: progress) }
    return fill
  }

  private func copy(
    _ column: Int, of block: FeatureBlock, through buffer: UnsafeMutableBufferPointer<Float>,
    to writer: FeatureFileWriter
  ) throws(MVError) {
    let columns = plan.representations[column].columns
    let source = arrays[block.splitIndex][column]
    let values = UnsafeMutableBufferPointer(rebasing: buffer[..<(block.rows.count * columns)])
    do throws(MVError) {
      try source.copy(block.rows, into: values)
    } catch {
      let split = plan.splits[block.splitIndex]
      throw error.row.map { error.at(row: $0, id: split.ids[$0]) } ?? error
    }
    for row in skipped[block.splitIndex] where block.rows.contains(row) {
      let first = (row - block.rows.lowerBound) * columns
      UnsafeMutableBufferPointer(rebasing: values[first..<first + columns]).update(repeating: .nan)
    }
    do throws(MVError) {
      try writer.write(UnsafeBufferPointer(values), of: column, to: block)
    } catch {
      throw error.kind == .badData
        ? MVError(
          .badData, source.subject, "\(error.place) \(error.reason)",
          remedy: values.contains { !$0.isFinite } ? "mend the array" : error.remedy)
        : error
    }
  }
}
