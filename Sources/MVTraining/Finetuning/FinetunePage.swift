public import Foundation
public import MVCore
public import MVEvaluation
internal import MVPages

/// The page `report.html` of fine-tuning: its curves, the best epoch, and what test scored.
public struct FinetunePage {
  private let state: FinetuneState
  private let settings: FinetuneSettings
  private let folder: URL
  private let test: ClassificationReport?
  private let command: String?

  /// Prepares the page of a run in `folder`; nil where no epoch has ended yet.
  public init?(
    _ state: FinetuneState, settings: FinetuneSettings, folder: URL, test: ClassificationReport? = nil,
    command: String? = nil
  ) {
    guard !state.epochs.isEmpty else { return nil }
    self.state = state
    self.settings = settings
    self.folder = folder
    self.test = test
    self.command = command
  }

  private func curve(_ name: String, _ value: (FinetuneEpoch) -> Double?) -> LineChart.Series {
    let points = state.epochs.compactMap { epoch in value(epoch).map { (x: Double(epoch.epoch), y: $0) } }
    return LineChart.Series(name, x: points.map(\.x), y: points.map(\.y))
  }

  private func name(_ label: Int64) -> String {
    label < state.classNames.count ? state.classNames[Int(label)] : "\(label)"
  }

  /// Writes the page, whole or not at all; throws where the file cannot be written.
  public func write() throws(MVError) {
    var page = Page(title: "Fine-tuning \(folder.lastPathComponent)", kind: "finetune")
    page.paragraph("\(state.epochs.count) of \(settings.epochs) epochs.")
    var facts = FactList()
    facts.add("network", state.network, settings.headOnly ? "its classifier alone is trained" : "")
    facts.add(
      "labels", "\(state.labels): \(state.images) images to learn from", "\(state.heldOutImages) that choose the epoch",
      "\(state.classes) classes")
    if let best = state.best {
      facts.add(
        "best epoch", "\(best.epoch)", best.heldOutTop1.map { String(format: "held-out top-1 %.2f %%", $0 * 100) } ?? ""
      )
    }
    page.facts(facts)
    if let command { page.code(command) }
    if let test { add(test, to: &page) }
    let held = state.heldOutImages > 0
    page.chart(
      LineChart(
        [curve("train") { $0.top1 * 100 }] + (held ? [curve("held out") { $0.heldOutTop1.map { $0 * 100 } }] : []),
        xTitle: "epoch", yTitle: "top-1 (%)",
        caption: "Augmented images that are learnt from, each before its step, and plain ones that are held out."))
    page.chart(
      LineChart(
        [curve("train") { $0.loss }] + (held ? [curve("held out") { $0.heldOutLoss }] : []), xTitle: "epoch",
        yTitle: "cross-entropy"))
    page.chart(
      LineChart(
        (settings.headOnly ? [] : [curve("network") { $0.learningRate }]) + [curve("classifier") { $0.headRate }],
        xTitle: "epoch", yTitle: "learning rate"))
    page.heading("Settings")
    let defaults = Dictionary(uniqueKeysWithValues: FinetuneSettings().settingTable.map { ($0.name, $0.text) })
    page.table(
      PageTable(
        columns: [.init("setting"), .init("value"), .init("default")],
        rows: settings.settingTable.map { [.text($0.name), .text($0.text), .text(defaults[$0.name] ?? "")] }))
    try page.write(to: folder.appending(path: "report.html"), followsLinks: false)
  }

  private func add(_ test: ClassificationReport, to page: inout Page) {
    page.heading("Test")
    let interval = test.interval()
    page.table(
      PageTable(
        columns: [
          .init("top-1 (%)", digits: 2), .init("95 % interval"), .init("top-5 (%)", digits: 2),
          .init("balanced (%)", digits: 2), .init("images"),
        ],
        rows: [
          [
            .number(test.top1 * 100),
            .text(String(format: "%.2f to %.2f", interval.lowerBound * 100, interval.upperBound * 100)),
            test.top5.map { .number($0 * 100) } ?? .empty, .number(test.balancedAccuracy * 100),
            .count(test.classes.count),
          ]
        ], caption: "Of the best epoch, scored once: nothing was chosen by these images."))
    page.bars(
      ClassBars(
        zip(test.labels.indices, test.classAccuracies).map { place, accuracy in
          ClassBars.Bar(name(test.labels[place]), accuracy, detail: "\(test.counts[place]) test images")
        }, caption: "Accuracy of each class (%); the mark is the mean.", mark: test.balancedAccuracy))
  }
}
