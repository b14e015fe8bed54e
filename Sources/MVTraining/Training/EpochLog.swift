internal import Foundation
internal import MVCore
internal import MVFiles

/// `losses.csv` of a run: one line an epoch, rewritten whole so that a kill leaves no half line.
struct EpochLog {
  private let url: URL
  private let header: String
  private var lines: [String] = []

  /// Continues the file at `url` after `epochs` epochs, dropping what later epochs left, or starts it anew.
  init(at url: URL, terms: [String], keepingEpochs epochs: Int) {
    self.url = url
    let columns = ["epoch", "step", "loss"] + terms
    let rates = ["learning_rate", "images_per_second", "waiting_share", "network_share", "seconds"]
    header = (columns + rates + ["knn", "probe"]).joined(separator: ",")
    guard epochs > 0, let text = try? String(contentsOf: url, encoding: .utf8) else { return }
    let old = text.split(separator: "\n").map(String.init)
    guard old.first == header else { return }
    lines = old.dropFirst().filter { Int($0.prefix { $0 != "," }).map { $0 <= epochs } ?? false }
  }

  mutating func append(_ record: EpochRecord) throws(MVError) {
    let numbers = [record.loss.total] + record.loss.values + [record.learningRate]
    let rates = [record.imagesPerSecond, record.waitingShare, record.networkShare, record.seconds].map {
      String(format: "%.4g", $0)
    }
    let fields = ["\(record.epoch)", "\(record.step)"] + numbers.map { String(format: "%.7g", $0) } + rates
    let scores = record.validation.map { [$0.neighbors, $0.probe].map { String(format: "%.4f", $0) } } ?? ["", ""]
    lines.append((fields + scores).joined(separator: ","))
    try AtomicFile.write(([header] + lines).joined(separator: "\n") + "\n", to: url)
  }
}
