extension Comparison {
  /// The comparison in words, for people: a header and a line per contender, accuracies in percent.
  ///
  /// A difference is how far the contender is below the best on the same rows, with its 95 % interval.
  public var table: (header: [String], rows: [[String]]) {
    (cells.header, cells.rows.map { row in row.map(\.text) })
  }

  /// The table as GitHub's Markdown; the best of a column is bold.
  public var markdown: String { cells.markdown }

  /// The table as LaTeX, for the package booktabs; the best of a column is bold.
  public var latex: String { cells.latex }

  private var cells: ComparisonTable {
    ComparisonTable(
      header: [
        "features", "columns", "k-NN (%)", "95 %", "below best", "linear probe (%)", "95 %", "below best",
      ],
      rows: ranking.map { entry in
        [.init(text: entry.name), .init(text: "\(entry.columns)")] + Self.cells(entry.neighbors)
          + Self.cells(entry.probe)
      }, caption: caption)
  }

  private static func cells(_ score: Score) -> [ComparisonTable.Cell] {
    let number = ComparisonTable.number
    return [
      .init(text: number(score.top1), isBold: score.isBest),
      .init(text: "\(number(score.interval.lowerBound)) to \(number(score.interval.upperBound))"),
      .init(
        text: score.difference.map { "\(number($0.value)) (\(number($0.low)) to \(number($0.high)))" }
          ?? (score.isBest ? "best" : "other rows")),
    ]
  }

  /// What the numbers are, in one or two sentences.
  public var caption: String {
    guard let first = entries.first else { return "" }
    func all<Value: Equatable>(_ value: KeyPath<Entry, Value>) -> Bool {
      entries.allSatisfy { $0[keyPath: value] == first[keyPath: value] }
    }
    let neighbors = all(\.k) ? "k-NN with k = \(first.k)" : "k-NN with k of \(Self.neighborCount) or what there are"
    let same = all(\.folds) && all(\.testRows) && all(\.trainRows) && all(\.testSplit)
    let rows: String
    switch (same, first.folds) {
    case (false, _): rows = "each scored on the rows that its file has"
    case (true, let folds?):
      rows = "\(first.testRows) rows of \(first.testSplit), each scored by the other folds of \(folds) (seed \(seed))"
    case (true, nil):
      rows =
        "\(first.trainRows) rows of \(first.trainSplit) learnt from, \(first.testRows) of \(first.testSplit) scored"
    }
    return "\(neighbors), cosine, T = 0.07, and logistic regression; \(rows); \(first.classCount) classes. "
      + "Intervals are of 95 %, over the choice of scored rows."
  }
}
