internal import Foundation
internal import MVCore
internal import MVFiles

/// The file `losses.csv` of a run: one line per epoch, rewritten whole so that a kill leaves no half line.
struct EpochLog {
  /// The epochs in it.
  private(set) var records: [EpochRecord] = []
  private let url: URL
  private let terms: [LossTerms.Term]
  private var lines: [String]

  /// Continues the file at `url` after `epochs` epochs, without the lines of later epochs, or starts a new one.
  ///
  /// A person may have opened the file in an editor or a spreadsheet: line ends and what stands behind the kept epochs
  /// do not matter. Throws where the columns are not this run's, and where the line of a kept epoch cannot be read.
  init(at url: URL, terms: [LossTerms.Term], keepingEpochs epochs: Int) throws(MVError) {
    self.url = url
    self.terms = terms
    let columns = Self.columns(terms.map(\.name))
    lines = [columns.joined(separator: ",")]
    guard epochs > 0, FileManager.default.fileExists(atPath: url.path) else { return }
    let text = String(decoding: try WholeFile.bytes(of: url, orStream: false), as: UTF8.self)
    for (index, line) in try WholeFile.lines(of: text, in: url.path).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces.union(["\u{FEFF}"]))
      if index == 0 {
        try Self.check(line, columns: columns, former: Self.columns(terms.map(\.formerName)), of: url)
        continue
      }
      let epoch = line.split(separator: ",").first.flatMap { Int($0) }
      guard !line.isEmpty, epoch ?? 0 <= epochs, records.last?.epoch ?? 0 < epochs else { continue }
      guard let record = EpochRecord(line: line, terms: terms) else {
        throw .badData(
          "\(url.path):\(index + 1)", "is not \(columns.count) numbers of an epoch joined by commas",
          remedy: "mend the line, or move the file away and resume again: the run goes on, its curves begin there")
      }
      records.append(record)
      lines.append(line)
    }
  }

  private static func columns(_ terms: [String]) -> [String] {
    ["epoch", "step", "loss"] + terms
      + ["learning_rate", "images_per_second", "waiting_share", "network_share", "seconds", "knn", "probe"]
  }

  /// Throws, naming the first that differs, where the head of the file is neither of these columns.
  private static func check(_ head: String, columns: [String], former: [String], of url: URL) throws(MVError) {
    let found = head.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard found != columns, found != former else { return }
    let place = zip(found, columns).enumerated().first { $1.0 != $1.1 && $1.0 != former[$0] }?.offset
    let words =
      place.map { "column \($0 + 1) is \(found[$0]), this run's is \(columns[$0])" }
      ?? "it has \(found.count) columns, this run \(columns.count)"
    throw .badData(
      url.path, "has other columns than this run: \(words)", remedy: "move it away and resume again")
  }

  mutating func append(_ record: EpochRecord) throws(MVError) {
    records.append(record)
    lines.append(record.line)
    try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: url, followsLinks: false)
  }
}

extension EpochRecord {
  /// The record as a line of the log.
  fileprivate var line: String {
    let numbers = [loss.total] + loss.values + [learningRate]
    let rates = [imagesPerSecond, waitingShare, networkShare, seconds].map { String(format: "%.4g", $0) }
    let fields = ["\(epoch)", "\(step)"] + numbers.map { String(format: "%.7g", $0) } + rates
    let scores = validation.map { [$0.neighbors, $0.probe].map { String(format: "%.4f", $0) } } ?? ["", ""]
    return (fields + scores).joined(separator: ",")
  }

  /// Reads a line of the log; nil where it is none.
  fileprivate init?(line: String, terms: [LossTerms.Term]) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == terms.count + 10, let epoch = Int(fields[0]), let step = Int(fields[1]) else { return nil }
    let numbers = fields[2..<terms.count + 8].compactMap { Double($0) }
    let scores = fields.suffix(2).compactMap { Double($0) }
    guard numbers.count == terms.count + 6, scores.count == 2 || fields.suffix(2).allSatisfy(\.isEmpty) else {
      return nil
    }
    let rates = numbers.suffix(5).map { $0 }
    self.init(
      epoch: epoch, step: step,
      loss: LossTerms(terms: terms, values: Array(numbers[1...terms.count]), total: numbers[0]), learningRate: rates[0],
      imagesPerSecond: rates[1], waitingShare: rates[2], networkShare: rates[3], seconds: rates[4],
      validation: scores.isEmpty ? nil : ValidationScores(neighbors: scores[0], probe: scores[1]))
  }
}
