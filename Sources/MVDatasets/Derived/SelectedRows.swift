public import MVCore

/// Another source with some of its rows only, in their order.
public struct SelectedRows: ImageSource {
  /// What the source holds.
  public let contents: SourceContents
  private let base: any ImageSource
  /// Of each split that is cut: its rows in the base.
  private let rows: [ExactText: [Int]]

  /// Wraps `base`; `rows` are those to keep of each split that is named, ascending, and every other split stays whole.
  ///
  /// Throws where a split is not there, would have no rows, or lacks a row that is named.
  public init(_ base: any ImageSource, keeping rows: [String: [Int]]) throws(MVError) {
    for (name, kept) in rows {
      let split = try base.split(name)
      guard let first = kept.first, let last = kept.last, first >= 0, last < split.count else {
        throw .usage(
          "split \(name)", kept.isEmpty ? "would have no rows" : "has no row \(kept.last ?? 0)",
          remedy: "keep some of its \(split.count) rows")
      }
    }
    self.init(base, rows: rows, change: .selected)
  }

  /// Draws up to `limit` rows of each split: as many of each class as can be, by a seed.
  ///
  /// Rows of several labels, and those without any, are drawn from all alike. A notice says what was drawn. Throws a
  /// usage error where `limit` is less than 1.
  public init(_ base: any ImageSource, limit: Int) throws(MVError) {
    guard limit >= 1 else { throw .usage("limit", "is \(limit)", remedy: "it takes 1 or more") }
    var rows: [String: [Int]] = [:]
    var notices: [String] = []
    for split in base.splits where split.count > limit {
      let drawn = Self.draw(limit, of: split)
      rows[split.name] = drawn.rows
      let classes = drawn.classes > 1 ? " spread over \(drawn.classes) classes" : ""
      notices.append("\(split.name): \(limit) of \(split.count) images, drawn by a fixed seed\(classes)")
    }
    self.init(base, rows: rows, change: .limited(limit), notices: notices)
  }

  private init(_ base: any ImageSource, rows: [String: [Int]], change: ImageChange, notices: [String] = []) {
    self.base = base
    self.rows = Dictionary(rows.map { (ExactText($0.key), $0.value) }) { first, _ in first }
    let splits = base.splits.map { split in
      guard let kept = rows[split.name] else { return split }
      return SourceSplit(
        name: split.name, shape: split.shape, hasFloatPixels: split.hasFloatPixels, labels: split.labels[kept],
        ids: kept.lazy.map { split.ids[$0] })
    }
    var contents = base.contents.changed(by: change, splits: splits)
    contents.notices += notices
    self.contents = contents
  }

  /// The rows drawn of a split, ascending, and how many classes they are of.
  private static func draw(_ limit: Int, of split: SourceSplit) -> (rows: [Int], classes: Int) {
    var members: [Int64: [Int]] = [:]
    if case .single(let labels) = split.labels {
      for (row, label) in labels.enumerated() { members[label, default: []].append(row) }
    } else {
      members[0] = Array(0..<split.count)
    }
    // Each class in an order of its own, so that a larger limit only adds rows.
    var queues = members.sorted { $0.key < $1.key }.map { label, rows in
      var generator = SeededGenerator(seed: 0, keys: 0x6C69_6D69, UInt64(bitPattern: label))
      return generator.permutation(of: rows.count).map { rows[$0] }[...]
    }
    var drawn: [Int] = []
    while drawn.count < limit {
      for place in queues.indices where drawn.count < limit {
        if let row = queues[place].popFirst() { drawn.append(row) }
      }
      queues.removeAll(where: \.isEmpty)
    }
    let classes = members.count { label, rows in label >= 0 && !Set(rows).isDisjoint(with: drawn) }
    return (drawn.sorted(), classes)
  }

  /// Reads the images of `rows` of a split; throws as the source does.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let own = try base.split(split.name)
    guard let kept = self.rows[ExactText(split.name)]?[rows] else { return try base.images(rows, of: own) }
    // Rows that follow one another in the source are read together.
    var images: [Image] = []
    var start = kept.startIndex
    while start < kept.endIndex {
      var end = start + 1
      while end < kept.endIndex, kept[end] == kept[end - 1] + 1 { end += 1 }
      let batch = try base.images(kept[start]..<kept[end - 1] + 1, of: own)
      if start == kept.startIndex, end == kept.endIndex { return batch }
      for index in 0..<batch.count { images.append(batch[index]) }
      start = end
    }
    return try ImageBatch(images)
  }
}

extension SelectedRows: PhotographSource {
  /// The image that a row is made of.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    guard let photographs = base as? any PhotographSource, let own = try? base.split(split.name) else { return nil }
    return photographs.photograph(of: rows[ExactText(split.name)]?[row] ?? row, in: own)
  }
}
