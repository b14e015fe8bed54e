internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVImaging
internal import MVPages
internal import MVReports
internal import MVRepresentations
internal import MVStore
internal import MVTraining

/// The page that the demo writes.
struct DemoPage {
  let source: Synthetic
  let scores: [Scores]
  let records: [EpochRecord]
  let settings: TrainingSettings
  let seconds: Double
  /// The embeddings of the trained encoder.
  let trained: FeatureFile

  func write(to url: URL) throws(MVError) {
    let names = source.contents.classNames
    var page = Page(title: "MVMR demo", kind: "demo")
    page.paragraph(
      "Ten classes of drawn images, \(source.splits[0].count) to train on and \(source.splits[1].count) to test on. Some "
        + "pairs of classes differ in colour alone, others in orientation, fine pattern or outline alone, so no single "
        + "representation tells all apart. An encoder was then trained without labels to depend on all four (MV-MR). "
        + "The whole took \(ProgressBar.duration(seconds)).")
    page.heading("How well features tell the classes apart")
    page.table(
      PageTable(
        columns: [
          .init("features"), .init("columns"), .init("k-NN, k = 20 (%)", best: .largest),
          .init("linear probe (%)", best: .largest),
        ],
        rows: scores.map {
          [
            .text($0.title), .count($0.columns), .number($0.measures.neighborTop1 * 100),
            .number($0.measures.probeTop1 * 100),
          ]
        }, caption: "Top-1 accuracy on the test images. Chance is 10 %."))
    page.heading("Training")
    page.chart(
      LineChart(
        [LineChart.Series("loss", x: records.map { Double($0.epoch) }, y: records.map(\.loss.total))],
        xTitle: "epoch", yTitle: "loss", caption: "The whole loss, mean over the epoch's steps."))
    page.chart(
      LineChart(
        RunPage.correlations(of: records), xTitle: "epoch", yTitle: "1 - distance correlation",
        caption: "Its parts: 0 would be full dependence of the embedding on the representation or the other view."))
    page.heading("Where the linear probe errs")
    if let last = scores.last {
      page.confusion(of: last.report, names: names, caption: "\(last.title), test images; rows are the true classes.")
    }
    page.heading("What each representation sees")
    page.images(try gallery())
    if let last = scores.last {
      var evaluation = EvaluationPage(
        continuing: page, file: trained, representations: ["embedding"], pair: last.pair)
      evaluation.show(last.measures.predictions)
      try evaluation.addMap()
      try evaluation.addGallery(
        try RowImages(source, matching: trained, splits: trained.splits.map(\.name)), cases: 6)
      page = evaluation.page
    }
    try page.write(to: url, followsLinks: false)
  }

  /// The first image of five classes, and every representation of it.
  private func gallery() throws(MVError) -> ImageGrid {
    let test = try source.split("test")
    let images = try source.images(0..<10, of: test)
    let representations = try Catalogue.standard.defaults.map { (specification) throws(MVError) in
      (specification.storedName, try specification.make())
    }
    var items: [ImageGrid.Item] = []
    for row in [0, 1, 5, 6, 9] {
      items.append(ImageGrid.Item(png: try images[row].pngData(), caption: source.contents.classNames[row]))
      for (name, representation) in representations {
        items.append(ImageGrid.Item(png: try representation.picture(of: images[row]).pngData(), caption: name))
      }
    }
    return ImageGrid(items, columns: 1 + representations.count)
  }
}
