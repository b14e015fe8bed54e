public import Foundation
public import MVCore
internal import Synchronization

/// Brings arrays of other programs into a feature file: embeddings of a teacher, for example.
///
/// Rows are read and written by blocks, so that memory stays bounded; the same call finishes what a stopped one left.
public struct FeatureImport: Sendable {
  /// One array and what it is: `SPLIT/NAME=FILE`, FILE being `.npy`, `FILE.h5:DATASET`, or text for ids.
  public struct Input: Hashable, Sendable {
    /// For example `train`.
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
  private let rows: [String: [any ForeignRows]]
  private let skipped: [String: [Int]]

  /// Opens the arrays and compares their shapes.
  ///
  /// Labels and ids that are not given come from `reference`, a feature file of the same images, and otherwise are -1 and
  /// the number of the row. `element` is float16 where every array is, unless given.
  public init(
    _ inputs: [Input], like reference: FeatureFile? = nil, dataset: String? = nil, classNames: [String]? = nil,
    element: ElementType? = nil, software: [String: String] = [:]
  ) throws(MVError) {
    var names: [String] = []
    var splitNames: [String] = []
    var given: Set<String> = []
    var fingerprint = Fingerprint()
    for input in inputs {
      guard given.insert("\(input.split)/\(input.name)").inserted else {
        throw .usage("\(input.split)/\(input.name)", "is given twice", remedy: "give each array once")
      }
      if !splitNames.contains(input.split) { splitNames.append(input.split) }
      if !Input.rowNames.contains(input.name), !names.contains(input.name) { names.append(input.name) }
      fingerprint.add("\(input.split)/\(input.name)")
      fingerprint.add(file: URL(filePath: input.file), named: input.location)
    }
    guard !names.isEmpty else {
      throw .usage(
        "inputs", "hold no features", remedy: "name one as SPLIT/NAME=FILE.npy, for example train/clip=clip.npy")
    }
    var rows: [String: [any ForeignRows]] = [:]
    var skipped: [String: [Int]] = [:]
    var splits: [SplitPlan] = []
    for split in splitNames {
      let mine = inputs.filter { $0.split == split }
      rows[split] = try names.map { (name) throws(MVError) in
        guard let input = mine.first(where: { $0.name == name }) else {
          throw .usage("\(split)/\(name)", "is not given, but another split has it", remedy: "give it for every split")
        }
        return try input.rows()
      }
      let first = rows[split]?.first
      let count = first?.shape.first ?? 0
      for other in rows[split] ?? [] where other.shape.first != count {
        throw .badData(
          other.subject, "has \(other.shape.first ?? 0) rows, \(first?.subject ?? "") has \(count)",
          remedy: "give arrays of the same images")
      }
      let like = try reference.map { (file) throws(MVError) in try file[split] }
      if let like, like.count != count {
        throw .badData(
          first?.subject ?? split, "has \(count) rows, \(split) of \(like.path) has \(like.count)",
          remedy: "give arrays of the same images in the same order")
      }
      let part = try Input.split(split, mine, count: count, like: like)
      splits.append(part.plan)
      skipped[split] = part.skipped
    }
    let shapes = names.indices.map { column in splitNames.compactMap { rows[$0]?[column] } }
    let representations = try zip(names, shapes).map { (name, arrays) throws(MVError) in
      try FeatureImport.representation(name, arrays, inputs: fingerprint.text)
    }
    let isHalf = shapes.allSatisfy { $0.allSatisfy(\.isHalf) }
    let widest = representations.reduce(1) { max($0, $1.columns) }
    plan = FeatureFilePlan(
      dataset: dataset ?? reference?.dataset ?? "imported", location: inputs.map(\.location).joined(separator: " "),
      source: reference?.stored.source, fingerprint: reference?.stored.fingerprint ?? fingerprint.text,
      classNames: classNames ?? reference?.classNames ?? [], software: software,
      element: element ?? (isHalf ? .float16 : .float32), blockRows: min(256, max(1, (4 << 20) / widest)),
      splits: splits, representations: representations)
    self.rows = rows
    self.skipped = skipped
  }

  private static func representation(
    _ name: String, _ arrays: [any ForeignRows], inputs: String
  ) throws(MVError) -> RepresentationPlan {
    for array in arrays {
      guard array.shape.count >= 2 else {
        throw .badData(
          array.subject, "has the shape \(array.shape)", remedy: "give one row an image: images x columns, or more axes"
        )
      }
      guard array.shape.dropFirst() == arrays[0].shape.dropFirst() else {
        throw .badData(
          array.subject,
          "has rows of \(Array(array.shape.dropFirst())), \(arrays[0].subject) of "
            + "\(Array(arrays[0].shape.dropFirst()))", remedy: "give one representation a name")
      }
    }
    let shape = Array(arrays[0].shape.dropFirst())
    guard FeatureFilePlan.isPossible(shape) else {
      throw .badData(arrays[0].subject, "has rows of shape \(shape)", remedy: "give every axis a length of at least 1")
    }
    // The fingerprint stands among the settings, which are compared: a changed array is never mixed with an old one.
    return RepresentationPlan(
      name: name, representation: "imported", settings: ["inputs": .string(inputs)], shape: shape,
      axes: shape.count == 1 ? ["column"] : shape.indices.map { "axis\($0 + 1)" })
  }

  /// Writes the file, plain or in the end compressed, or finishes one that was begun.
  public func write(
    to output: URL, overwrite: Bool = false, compressed: Bool = false, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation(), _ progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    let start = ContinuousClock.now
    let writer = try FeatureFileWriter(creatingOrResuming: output, plan: plan, overwrite: overwrite)
    // The lock, until the packed file stands in its place.
    defer { withExtendedLifetime(writer) {} }
    for (split, rows) in skipped { for row in rows { try writer.markSkipped(row, of: split) } }
    let blocks = writer.missingBlocks
    let before = writer.rows - blocks.reduce(0) { $0 + $1.rows.count }
    let done = Mutex(before)
    do throws(MVError) {
      try Parallel.forEach(blocks.count, threads: threads) { index throws(MVError) in
        guard !cancellation.isCancelled else { return }
        try write(blocks[index], to: writer)
        done.withLock { done in
          done += blocks[index].rows.count
          let seconds = (ContinuousClock.now - start).seconds
          progress(RunProgress(doneBefore: before, done: done, total: writer.rows, seconds: seconds))
        }
      }
    } catch {
      try? writer.finish()
      throw error
    }
    try writer.finish()
    let count = done.withLock { $0 }
    guard count == writer.rows else {
      throw MVError(
        .interrupted, output.path, "was stopped after \(count) of \(writer.rows) rows",
        remedy: "run the same command again: it goes on from there")
    }
    if compressed {
      try FeatureFilePacking.write(output, to: output, compressed: true, cancellation: cancellation, progress)
    }
  }

  private func write(_ block: FeatureBlock, to writer: FeatureFileWriter) throws(MVError) {
    for (column, representation) in plan.representations.enumerated() where block.missing.contains(representation.name)
    {
      guard let source = rows[block.split]?[column] else { continue }
      let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: block.rows.count * representation.columns)
      defer { values.deallocate() }
      try source.copy(block.rows, into: values)
      let skipped = skipped[block.split] ?? []
      for row in skipped where block.rows.contains(row) {
        let first = (row - block.rows.lowerBound) * representation.columns
        for place in first..<first + representation.columns { values[place] = .nan }
      }
      do throws(MVError) {
        try writer.write(UnsafeBufferPointer(values), of: representation.name, to: block)
      } catch {
        throw error.kind == .badData
          ? MVError(.badData, source.subject, "\(error.subject) \(error.problem)", remedy: "mend the array")
          : error
      }
    }
  }
}
