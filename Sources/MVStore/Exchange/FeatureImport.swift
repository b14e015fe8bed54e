public import Foundation
public import MVCore

/// Brings arrays of other programs into a feature file: embeddings of a teacher, for example.
///
/// Rows are read and written by blocks, so that memory stays bounded; the same call finishes what a stopped one left.
public struct FeatureImport: Sendable {
  /// One array and what it is: `SPLIT/NAME=FILE`, FILE being `.npy`, `FILE.h5:DATASET`, or text for ids.
  public struct Input: Hashable, Sendable {
    /// The split's name, for example `train`.
    public let split: String
    /// A representation, `labels`, `ids`, or `.skipped`.
    public let name: String
    /// Where it is.
    public let location: String

    /// Describes one array.
    public init(split: String, name: String, location: String) {
      self.split = split
      self.name = name
      self.location = location
    }
  }

  /// What the file will hold.
  public let plan: FeatureFilePlan
  /// Of each split of the plan: the array of each representation.
  private let arrays: [[any ForeignRows]]
  /// Of each split of the plan: the rows without features.
  private let skipped: [[Int]]

  /// Opens the arrays and compares their shapes.
  ///
  /// Labels and ids that are not given come from `reference`, a feature file of the same images, and otherwise are -1 and
  /// the number of the row. `element` is float16 where every array is, unless given. Throws where an array is given twice
  /// or not for every split, cannot be read, or is not of as many rows as the others.
  public init(
    _ inputs: [Input], like reference: FeatureFile? = nil, dataset: String? = nil, classNames: [String]? = nil,
    element: ElementType? = nil, software: [String: String] = [:]
  ) throws(MVError) {
    let table = try ImportTable(inputs)
    let splits = try table.splits.map { (split) throws(MVError) in try table.opening(split, like: reference) }
    let representations = try table.representations(of: splits)
    let isHalf = splits.allSatisfy { $0.arrays.allSatisfy(\.isHalf) }
    let widest = representations.reduce(1) { max($0, $1.columns) }
    plan = FeatureFilePlan(
      dataset: dataset ?? reference?.dataset ?? "imported", location: inputs.map(\.location).joined(separator: " "),
      source: reference?.stored.source, fingerprint: reference?.stored.fingerprint ?? table.fingerprint,
      classNames: classNames ?? reference?.classNames ?? [], software: software,
      element: element ?? (isHalf ? .float16 : .float32), blockRows: min(256, max(1, (4 << 20) / widest)),
      splits: splits.map(\.plan), representations: representations)
    arrays = splits.map(\.arrays)
    skipped = splits.map(\.skipped)
  }

  /// Writes the file, plain or in the end compressed, or finishes one that was begun.
  ///
  /// `cancellation` and `progress` are as for ``FeatureFileWriter/fill(threads:cancellation:progress:_:)``. Throws where
  /// the file is one of another plan, where a value cannot be stored, naming the array and the row, and where the disk
  /// fails.
  @discardableResult
  public func write(
    to output: URL, overwrite: Bool = false, compressed: Bool = false, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> FillSummary {
    if compressed, !overwrite, let file = try FeatureFile.ifPacked(output, by: plan) { return FillSummary(whole: file) }
    let writer = try FeatureFileWriter(creatingOrResuming: output, plan: plan, overwrite: overwrite)
    for (splitIndex, rows) in skipped.enumerated() {
      for row in rows { try writer.markSkipped(row, of: splitIndex) }
    }
    let widest = plan.representations.reduce(1) { max($0, $1.columns) }
    let buffers = BufferPool(byteCount: 4 * widest * writer.plan.blockRows)
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
    try source.copy(block.rows, into: values)
    for row in skipped[block.splitIndex] where block.rows.contains(row) {
      let first = (row - block.rows.lowerBound) * columns
      UnsafeMutableBufferPointer(rebasing: values[first..<first + columns]).update(repeating: .nan)
    }
    do throws(MVError) {
      try writer.write(UnsafeBufferPointer(values), of: column, to: block)
    } catch {
      throw error.kind == .badData
        ? MVError(.badData, source.subject, "\(error.place) \(error.reason)", remedy: "mend the array")
        : error
    }
  }
}
