import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVPages

@Suite struct PageTests {
  static func sample() throws -> Page {
    var report = Page(title: "Sample <report> & \"more\"")
    report.paragraph("Each representation of the synthetic set, scored alone & together: 5 < 6.")
    report.heading("Accuracy")
    report.table(
      PageTable(
        columns: [
          .init("representation"), .init("values"), .init("k-NN 20 (%)", best: .largest),
          .init("probe (%)", best: .largest), .init("seconds", best: .smallest, digits: 2),
        ],
        rows: [
          ["hog", 324, 50.61, 50.9, 1.234], ["lbp", 160, 30.8, 38.3, 0.5], ["color", 512, 34.4, 31, 0.5],
          ["scattering", 15552, .empty, 68.1, 12], [.text("all <together>"), 16548, 50.64],
        ], caption: "Top-1, 10,000 test rows"))
    report.code("mvmr knn demo.h5 --representation hog && echo <done>")
    report.heading("Training")
    let steps = (0..<120).map { Double($0) * 10 }
    report.chart(
      LineChart(
        [
          .init(
            "loss", x: steps,
            y: steps.map { (step: Double) -> Double in 2.5 * exp(-step / 400) + 0.4 + 0.05 * sin(step) }),
          .init("1 - dCor(hog)", x: steps, y: steps.map { (step: Double) -> Double in 0.9 * exp(-step / 700) }),
          .init("broken", x: [0, 300, 600, 900], y: [1.2, 1.1, .nan, 1.3]),
        ], xTitle: "step", yTitle: "loss", caption: "Loss over training"))
    report.chart(
      LineChart(
        [.init("validation", x: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1], y: [41, 44, 48, 50.2, 50.9, 47, 40])],
        xTitle: "lambda", yTitle: "top-1 (%)", caption: "Choice of the penalty", logarithmicX: true))
    report.heading("Classes")
    report.chart(
      BarChart(
        labels: ["airplane", "automobile", "bird", "cat"],
        series: [.init("k-NN", [55, 61.2, 33, 29.9]), .init("probe", [58, 63.2, 38, 31.9])], title: "accuracy (%)"))
    var counts = [Int](repeating: 0, count: 16)
    for row in 0..<400 { counts[row % 4 * 4 + (row % 7 == 0 ? row / 7 : row) % 4] += 1 }
    report.confusion(
      ConfusionMatrix(
        names: ["airplane", "automobile", "bird", "cat"],
        cells: counts.enumerated().map { .init(truth: $0 / 4, prediction: $0 % 4, count: $1) }))
    report.heading("Images")
    let png = try #require(
      Data(
        base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAOUlEQVR4nGNgYLDRiLoUsCWjgu8fw4KMKScOaX2QOS"
          + "BRFsbocOGNRtQ0CGJ4YOHCMemWwZuCCDc2ABiiFMadF5IHAAAAAElFTkSuQmCC"))
    report.images(
      ImageGrid((0..<10).map { .init(png: png, caption: "image <\($0)>") }, columns: 5, caption: "Test images"))
    return report
  }

  @Test func pageIsSelfContainedAndEscaped() throws {
    let html = try Self.sample().html
    #expect(html.contains("<title>Sample &lt;report&gt; &amp; &quot;more&quot;</title>"))
    #expect(html.contains("all &lt;together&gt;") && !html.contains("<together>") && !html.contains("<done>"))
    #expect(!html.contains("http") && !html.contains("<script") && !html.contains("<link"))
    #expect(html.contains("data:image/png;base64,iVBOR"))
    #expect(escaped("a\u{0}'\n") == "a\u{FFFD}&#39;\n")
  }

  @Test func aChartIsAFileOfItsOwn() {
    let chart = BarChart(
      labels: ["a<b", "c"],
      series: [.init("k-NN", [50, 20], intervals: [40...60, 10...30]), .init("probe", [55, .nan])], title: "top-1 (%)")
    let svg = chart.svg
    #expect(svg.hasPrefix("<?xml") && svg.contains("xmlns=\"http://www.w3.org/2000/svg\""))
    // Other programs know no variables of a style sheet.
    #expect(!svg.contains("var(") && svg.contains("fill=\"#1c63b0\"") && svg.contains("a&lt;b"))
    #expect(svg.components(separatedBy: "class=\"interval\"").count == 3)
    #expect(chart.html.components(separatedBy: "class=\"interval\"").count == 3)
    for tag in ["svg", "g", "text", "title", "style"] {
      #expect(
        svg.components(separatedBy: "</\(tag)>").count == svg.components(separatedBy: "<\(tag)").count
          || tag == "g" || tag == "text", "\(tag)")
    }
    #expect(BarChart(labels: [], series: []).svg.contains("</svg>"))
  }

  @Test func tagsAreBalanced() throws {
    let html = try Self.sample().html
    for tag in ["figure", "table", "tr", "td", "svg", "text", "ul", "main", "div"] {
      #expect(html.components(separatedBy: "</\(tag)>").count - 1 == html.matches(of: try Regex("<\(tag)[ >]")).count)
    }
  }

  @Test func bestOfAColumnIsMarkedAsItReads() {
    let table = PageTable(
      columns: [.init("name"), .init("a", best: .largest), .init("b", best: .smallest, digits: 2)],
      rows: [["x", 50.61, 3], ["y", 50.64, 3.001], ["z", 12, .empty], ["w"]])
    let html = table.html
    #expect(html.components(separatedBy: "class=\"number best\">50.6<").count == 3)
    #expect(html.contains("<td>x</td>") && html.contains("<td class=\"number\">–</td>"))
    #expect(html.contains("<th scope=\"col\" class=\"number\">a</th>"))
  }

  @Test(arguments: [
    (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (3, 47, ["0", "10", "20", "30", "40", "50"]),
    (-0.013, 0.021, ["-0.02", "-0.01", "0.00", "0.01", "0.02", "0.03"]),
    (0, 12_345, ["0", "5\u{2009}000", "10\u{2009}000", "15\u{2009}000"]),
  ])
  func ticksAreRound(low: Double, high: Double, labels: [String]) {
    let ticks = AxisTicks(enclosing: low...high, count: 5)
    #expect(ticks.values.map(ticks.label) == labels)
    #expect(ticks.range.contains(low) && ticks.range.contains(high))
  }

  /// What is drawn may come from a file, which may say anything.
  @Test(arguments: [
    -1e308...1e308, 0...Double.greatestFiniteMagnitude, 0...Double.leastNonzeroMagnitude, 1e300...1e300,
    -Double.leastNonzeroMagnitude...0, 1e17...1e17.nextUp,
  ])
  func anyNumbersHaveTicks(_ range: ClosedRange<Double>) {
    let ticks = AxisTicks(enclosing: range, count: 5)
    #expect((1...20).contains(ticks.values.count) && ticks.values.allSatisfy(\.isFinite))
    #expect(ticks.values.allSatisfy { !ticks.label($0).isEmpty })
    let chart = LineChart([.init("a", x: [0, 1], y: [range.lowerBound, range.upperBound])]).html
    #expect(chart.contains("<svg"))
  }

  @Test func flatAndEmptyChartsAreDrawn() {
    let flat = LineChart([.init("a", y: [2, 2, 2])]).html
    #expect(flat.contains("class=\"curve\"") && !flat.contains("nan") && !flat.contains("inf"))
    #expect(LineChart([.init("a", y: [.nan])]).html.contains("No points to draw."))
    #expect(BarChart(labels: [], series: []).html.contains("No bars to draw."))
    let zero = BarChart(labels: ["a", "b"], series: [.init("s", [0, .nan])]).html
    #expect(zero.components(separatedBy: "<rect").count == 2 && !zero.contains("nan"))
    #expect(LineChart([.init("one", x: [3], y: [4])]).html.contains("<circle"))
  }

  @Test func fileIsWrittenWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "report.html")
    let report = try Self.sample()
    try report.write(to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == report.html)
    if let copy = ProcessInfo.processInfo.environment["MVMR_SAMPLE_REPORT"] {
      try report.write(to: URL(filePath: copy))
    }
    let absent = folder.url.appending(path: "no/report.html")
    let error = #expect(throws: MVError.self) { try report.write(to: absent) }
    #expect(error?.subject == absent.path)
  }
}
