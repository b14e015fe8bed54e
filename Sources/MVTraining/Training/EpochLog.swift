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
  init(at url: URL, terms: [LossTerms.Term], keepingEpochs epochs: Int) throws(MVError) {
    self.url = url
    self.terms = terms
    let columns = ["epoch", "step", "loss"] + terms.map(\.name)
    let rates = ["learning_rate", "images_per_second", "waiting_share", "network_share", "seconds"]
    lines = [(columns + rates + ["knn", "probe"]).joined(separator: ",")]
    guard epochs > 0, FileManager.default.fileExists(atPath: url.path) else { return }
    let text = String(decoding: try WholeFile.bytes(of: url), as: UTF8.self)
    for (index, line) in text.split(separator: "\n").map(String.init).enumerated() {
      guard index > 0 || line == lines[0] else {
        throw .badData(url.path, "has other columns than this run", remedy: "move it away and resume again")
      }
      guard index > 0 else { continue }
      guard let record = EpochRecord(line: line, terms: terms) else {
        throw .badData(
          "\(url.path):\(index + 1)", "is not a line of a run", remedy: "move the file away and resume again")
      }
      guard record.epoch <= epochs else { continue }
      records.append(record)
      lines.append(line)
    }
  }

  mutating func append(_ record: EpochRecord) throws(MVError) {
    records.append(record)
    lines.append(record.line)
    try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: url)
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
