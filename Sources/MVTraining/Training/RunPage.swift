public import Foundation
public import MVCore
internal import MVPages

/// `report.html` of a run: its curves, from `losses.csv`, and its settings.
public struct RunPage {
  private let folder: URL
  private let settings: TrainingSettings
  private let columns: [String]
  private let rows: [[Double?]]

  /// Reads `losses.csv`; nil where no epoch is in it yet.
  public init?(folder: URL, settings: TrainingSettings) {
    guard let text = try? String(contentsOf: folder.appending(path: "losses.csv"), encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard lines.count > 1 else { return nil }
    self.folder = folder
    self.settings = settings
    columns = lines[0].map(String.init)
    rows = lines.dropFirst().map { $0.map { Double($0) } }
  }

  /// The curve of one column, over the epochs that have a value.
  private func curve(_ column: String, named name: String? = nil, times factor: Double = 1) -> LineChart.Series {
    let index = columns.firstIndex(of: column) ?? 0
    let points = rows.compactMap { row in row[index].map { (x: row[0] ?? 0, y: $0 * factor) } }
    return LineChart.Series(name ?? column, x: points.map(\.x), y: points.map(\.y))
  }

  /// Writes the page, whole or not at all.
  public func write() throws(MVError) {
    var page = Page(title: "Training run \(folder.lastPathComponent)", kind: "train")
    page.paragraph(
      "\(rows.count) of \(settings.epochs) epochs. Start TensorBoard on this folder for the same curves live.")
    page.chart(LineChart([curve("loss")], xTitle: "epoch", yTitle: "loss", caption: "The whole loss."))
    let terms = columns.filter { $0.hasPrefix("dc_") }
    page.chart(
      LineChart(
        terms.map { curve($0, named: $0 == "dc_zz" ? "views" : String($0.dropFirst(3))) }, xTitle: "epoch",
        yTitle: "1 - distance correlation",
        caption: "0 would be full dependence of the embedding on the representation or the other view."))
    page.chart(LineChart([curve("mse"), curve("std")], xTitle: "epoch", yTitle: "term", caption: "The other terms."))
    let scores = [curve("knn", named: "k-NN", times: 100), curve("probe", named: "linear probe", times: 100)]
    if !scores[0].x.isEmpty {
      page.chart(
        LineChart(
          scores, xTitle: "epoch", yTitle: "top-1 (%)",
          caption: "Training images that the scores, but not the encoder, hold out; never test images."))
    }
    page.chart(LineChart([curve("learning_rate")], xTitle: "epoch", yTitle: "learning rate"))
    page.chart(
      LineChart(
        [
          curve("network_share", named: "encoder and optimiser", times: 100),
          curve("waiting_share", named: "waiting for images", times: 100),
        ], xTitle: "epoch", yTitle: "share of the time (%)",
        caption: "Encoder forward and backward and the optimiser, and waiting; the rest is the loss, copies and logs."))
    page.heading("Settings")
    let defaults = TrainingSettings().settingValues
    page.table(
      PageTable(
        columns: [.init("setting"), .init("value"), .init("default")],
        rows: settings.settingTable.map {
          [.text($0.name), .text($0.value.description), .text(defaults[$0.name]?.description ?? "")]
        }))
    try page.write(to: folder.appending(path: "report.html"))
  }
}
