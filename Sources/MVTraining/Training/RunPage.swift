public import Foundation
public import MVCore
internal import MVDatasets
internal import MVNetworks
package import MVPages

/// The page `report.html` of a run, with its curves and its settings.
public struct RunPage {
  private let records: [EpochRecord]
  private let settings: TrainingSettings
  private let folder: URL
  private let origin: TrainingOrigin?
  private let command: String?

  /// Prepares the page of a run in `folder`; nil where no epoch has ended yet.
  ///
  /// `origin` says what it is trained on, and `command` how the run was last called.
  public init?(
    _ records: [EpochRecord], settings: TrainingSettings, folder: URL, origin: TrainingOrigin? = nil,
    command: String? = nil
  ) {
    guard !records.isEmpty else { return nil }
    self.records = records
    self.settings = settings
    self.folder = folder
    self.origin = origin
    self.command = command
  }

  /// What was trained on what, and how.
  private var facts: FactList {
    var facts = FactList()
    if let architecture = try? settings.architecture() {
      let projector =
        settings.projector.isEmpty ? "none" : settings.projector.map(String.init).joined(separator: "-")
      facts.add(
        "encoder",
        settings.encoder.words, architecture.words, "\(architecture.featureCount) features",
        "projector \(projector)")
    }
    if let origin {
      facts.add(
        "images", "\(origin.source)", "split \(origin.split)", origin.source.size.map { "brought to \($0)" } ?? "")
      facts.add("feature files", origin.features.map { URL(filePath: $0).lastPathComponent })
    }
    facts.add("loss", settings.loss.rawValue)
    var representations: [String] = []
    for name in (records.last?.loss.terms ?? []).compactMap(\.representation) where !representations.contains(name) {
      representations.append(name)
    }
    facts.add("representations", representations)
    facts.add("steps", "\(records.last?.step ?? 0)")
    return facts
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
    page.facts(facts)
    if let command { page.code(command) }
    page.chart(
      LineChart([curve("loss") { $0.loss.total }], xTitle: "epoch", yTitle: "loss", caption: "The whole loss."))
    let correlations = Self.correlations(of: records)
    if !correlations.isEmpty {
      page.chart(
        LineChart(
          correlations, xTitle: "epoch",
          yTitle: settings.releasedSign ? "distance correlation; 1 - it of views" : "1 - distance correlation",
          caption: settings.releasedSign
            ? "0 would be no dependence of the embedding on the representation, and full dependence on the other view."
            : "0 would be full dependence of the embedding on the representation or the other view."))
    }
    let others = settings.loss.terms.filter { $0.partner == nil }
    page.chart(
      LineChart(
        others.map { term in curve(term.name) { $0.loss[term] } }, xTitle: "epoch", yTitle: "term",
        caption: "The other terms."))
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
    page.heading("Settings")
    let defaults = Dictionary(uniqueKeysWithValues: TrainingSettings().settingTable.map { ($0.name, $0.text) })
    page.table(
      PageTable(
        columns: [.init("setting"), .init("value"), .init("default")],
        rows: settings.settingTable.map {
          [.text($0.name), .text($0.text), .text(defaults[$0.name] ?? "")]
        }))
    try page.write(to: folder.appending(path: "report.html"), followsLinks: false)
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
