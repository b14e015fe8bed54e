public import Foundation
public import MVCore
internal import MVFiles

/// Writes a feature file as NumPy arrays, with one folder per split.
///
/// `SPLIT/NAME.npy` holds the rows as they are stored, float16 or float32; `SPLIT/labels.npy` int64, or uint8 for
/// several labels per row; `SPLIT/ids.txt` one id per line; `SPLIT/.skipped.npy` one byte per row, if some images could
/// not be read; `classes.txt` one name per line; `features.json` everything else. The folder gets its name when
/// everything is in it.
public struct FeatureFileExport: Sendable {
  private let stored: StoredFile
  private let description: FeatureFileDescription
  private let splits: [StoredSplit]
  private let representations: [String]

  /// Creates an export of the given splits and representations; nil means all.
  ///
  /// Throws where the file lacks one of them, or is unfinished.
  public init(
    of file: FeatureFile, splits: [String]? = nil, representations: [String]? = nil
  ) throws(MVError) {
    stored = file.stored
    description = file.description
    guard stored.isComplete else {
      throw .badData(stored.path, "is not finished", remedy: stored.finishing)
    }
    self.splits = try (splits ?? stored.splits.map(\.name)).map { (name) throws(MVError) in try file[name].stored }
    self.representations = representations ?? file.representations.map(\.name)
    for name in self.representations where !file.representations.contains(where: { $0.name == name }) {
      throw .usage(
        stored.path, "has no representation \(name)",
        remedy: "it has \(file.representations.map(\.name).joined(separator: ", "))")
    }
  }

  /// Writes the folder; throws where something stands there already, and where a block does not match its checksum.
  ///
  /// `progress` counts rows of every representation. When `cancellation` asks to stop, no folder is made and an error
  /// of the kind `interrupted` is thrown.
  public func write(
    to folder: URL, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    try AtomicFolder.write(folder) { (temporary) throws(MVError) in
      try AtomicFolder.write(
        Data((stored.classNames.map { $0 + "\n" }.joined()).utf8), "classes.txt", in: temporary)
      try AtomicFolder.write(
        CanonicalJSON.data(description, pretty: true), "features.json", in: temporary)
      let reader = try StoredRowReader(stored)
      let start = ContinuousClock.now
      let total = splits.reduce(0) { $0 + $1.rows * representations.count }
      var done = 0
      for split in splits {
        let place = try InnerPath.place(of: split.name, in: temporary, from: stored.path)
        try AtomicFolder.createInner(place)
        try writeRows(of: split, in: place)
        for (column, features) in split.features.enumerated() where representations.contains(features.plan.name) {
          try write(features, column, of: split, reader, in: place) { (rows) throws(MVError) in
            guard !cancellation.isCancelled else {
              throw MVError(
                .interrupted, folder.path, "was stopped after \(done) of \(total) rows", remedy: "run the command again"
              )
            }
            done += rows
            progress(RunProgress(done: done, total: total, seconds: (ContinuousClock.now - start).seconds))
          }
        }
      }
    }
  }

  /// Writes the labels, ids and marks of a split.
  private func writeRows(of split: StoredSplit, in folder: URL) throws(MVError) {
    let labels = folder.appending(path: "labels.npy")
    switch split.labels {
    case .single(let values): try NumPyArray.write(values, shape: [values.count], element: .int64, to: labels)
    case .multi(let values, let classes):
      try NumPyArray.write(values, shape: [split.rows, classes], element: .uint8, to: labels)
    }
    if let row = split.ids.firstIndex(where: { $0.contains(where: \.isNewline) }) {
      throw .badData(
        stored.path, "the id of row \(row) of \(split.name) has a line break", remedy: "rename that image")
    }
    var text = Data()
    for id in split.ids { text.append(contentsOf: (id + "\n").utf8) }
    try AtomicFolder.write(text, "ids.txt", in: folder)
    if split.skipped.contains(1) {
      try NumPyArray.write(
        split.skipped, shape: [split.rows], element: .uint8, to: folder.appending(path: ".skipped.npy"))
    }
  }

  private func write(
    _ features: StoredFeatures, _ column: Int, of split: StoredSplit, _ reader: StoredRowReader, in folder: URL,
    _ progress: (Int) throws(MVError) -> Void
  ) throws(MVError) {
    let path = try InnerPath.place(of: "\(features.plan.name).npy", in: folder, from: stored.path).path
    let file = try FileDescriptor(path, flags: O_RDWR | O_CREAT | O_EXCL)
    let header = NumPyArray.header(
      shape: [split.rows] + features.plan.shape, element: features.element == .float16 ? .float16 : .float32)
    try file.write([UInt8](header), at: 0)
    let buffers = BufferPool(byteCount: 1 << 20)
    for block in 0..<split.blockCount {
      let rows = split.rows(ofBlock: block)
      let offset = header.count + rows.lowerBound * features.rowBytes
      var sum: UInt32 = 0
      try buffers.withBuffer { (buffer) throws(MVError) in
        try reader.read(rows, of: features, in: split.name, through: buffer) { (bytes, place) throws(MVError) in
          sum = Checksum.of(bytes, after: sum)
          try file.write(bytes, at: offset + place)
        }
      }
      // The arrays have no checksums: damage must be found here.
      guard sum == split.sums[block * split.features.count + column] else {
        throw .badData(
          stored.path,
          "\(split.name)/\(features.plan.name) is damaged in rows \(rows.lowerBound)...\(rows.upperBound - 1)",
          remedy: stored.mending)
      }
      try progress(rows.count)
    }
    try file.synchronize()
  }
}
