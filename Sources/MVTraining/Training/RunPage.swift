public import Foundation
public import MVCore
package import MVPages

/// The page `report.html` of a run, with its curves and its settings.
public struct RunPage {
  private let records: [EpochRecord]
  private let settings: TrainingSettings
  private let folder: URL
  private let facts: FactList

  /// Prepares the page of a run in `folder`; nil where no epoch has ended yet.
  public init?(_ records: [EpochRecord], settings: TrainingSettings, folder: URL) {
    self.init(records, settings: settings, folder: folder, facts: FactList())
  }

  /// Prepares the page with `facts` about the run, such as its command.
  private init?(_ records: [EpochRecord], settings: TrainingSettings, folder: URL, facts: FactList) {
    guard !records.isEmpty else { return nil }
    self.records = records
    self.settings = settings
    self.folder = folder
    self.facts = facts
  }

  /// Prepares the page of a trainer's run; `command` and `software` say how it was started, and with what.
  ///
  /// Returns nil where no epoch has ended yet.
  public init?(of trainer: Trainer, command: String, software: String) {
    let (data, settings) = (trainer.data, trainer.settings)
    var facts = FactList()
    facts.add("encoder", settings.encoder.rawValue + (settings.depth > 0 ? ", depth \(settings.depth)" : ""))
    facts.add("trained on", "\(data.count) images of \(data.name), \(data.shape)")
    facts.add("made to depend on", data.targets.map(\.name).joined(separator: ", "))
    facts.add("steps", "\(trainer.step) of \(trainer.totalSteps)")
    facts.add("seed", "\(settings.seed)")
    facts.add("command", command)
    facts.add("software", software)
    self.init(trainer.records, settings: settings, folder: trainer.folder, facts: facts)
  }

  /// The curve of `value` over the epochs that have one.
  private func curve(_ name: String, _ value: (EpochRecord) -> Double?) -> LineChart.Series {
    let points = records.compactMap { record in value(record).map { (x: Double(record.epoch), y: $0) } }
    return LineChart.Series(name, x: points.map(\.x), y: points.map(\.y))
  }

  /// Writes the page, whole or not at all; throws where the file cannot be written.
  public func write() throws(MVError) {
    var page = Page(title: "Training run \(folder.lastPathComponent)", kind: "train")
    page.paragraph(
      "\(records.count) of \(settings.epochs) epochs. Start TensorBoard on this folder for the same curves live.")
    page.chart(
      LineChart([curve("loss") { $0.loss.total }], xTitle: "epoch", yTitle: "loss", caption: "The whole loss."))
    page.chart(
      LineChart(
        Self.correlations(of: records), xTitle: "epoch",
        yTitle: "1 - distance correlation",
        caption: "0 would be full dependence of the embedding on the representation or the other view."))
    page.chart(
      LineChart(
        [LossTerms.Term.difference, .deviation].map { term in curve(term.name) { $0.loss[term] } }, xTitle: "epoch",
        yTitle: "term", caption: "The other terms."))
    let scores = [
      curve("k-NN") { $0.validation.map { $0.neighbors * 100 } },
      curve("linear probe") { $0.validation.map { $0.probe * 100 } },
    ]
    if !scores[0].x.isEmpty {
      page.chart(
        LineChart(
          scores, xTitle: "epoch", yTitle: "top-1 (%)",
          caption: "Training images that the scores, but not the encoder, hold out; never test images."))
    }
    page.chart(LineChart([curve("learning_rate") { $0.learningRate }], xTitle: "epoch", yTitle: "learning rate"))
    page.chart(
      LineChart(
        [
          curve("encoder and optimiser") { $0.networkShare * 100 },
          curve("waiting for images") { $0.waitingShare * 100 },
        ], xTitle: "epoch", yTitle: "share of the time (%)",
        caption: "Encoder forward and backward and the optimiser, and waiting; the rest is the loss, copies and logs."))
    if !facts.facts.isEmpty {
      page.heading("What was trained")
      page.facts(facts)
    }
    page.heading("Settings")
    let defaults = Dictionary(uniqueKeysWithValues: TrainingSettings().settingTable.map { ($0.name, $0.text) })
    page.table(
      PageTable(
        columns: [.init("setting"), .init("value"), .init("default")],
        rows: settings.settingTable.map {
          [.text($0.name), .text($0.text), .text(defaults[$0.name] ?? "")]
        }))
    try page.write(to: folder.appending(path: "report.html"))
  }

  /// The curve of each distance correlation in the loss, for a chart of several.
  package static func correlations(of records: [EpochRecord]) -> [LineChart.Series] {
    (records.first?.loss.terms ?? []).compactMap { term in
      guard let partner = term.partner else { return nil }
      let points = records.compactMap { record in record.loss[term].map { (x: Double(record.epoch), y: $0) } }
      return LineChart.Series(partner, x: points.map(\.x), y: points.map(\.y))
    }
  }
}
