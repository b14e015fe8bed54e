internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation

extension Command {
  /// `mvmr demo`: the whole story on built-in images.
  static let demo = Command(
    TrainingProgram.Entry.demo,
    discussion: """
      Draws a set of ten classes that no single representation tells apart, computes four representations of it, scores
      each by k-NN and by a linear probe, trains a small encoder on them without labels, and scores that before and
      after. Writes report.html, the feature files and the run into the output folder.
      """,
    arguments: [
      .option("output", "DIR", "the folder to write", default: "demo", output: .folder),
      .option("images", "N", "images to train on", default: "2000"),
      .option("epochs", "N", "passes over them", default: "\(Demo.epochs)"),
      .flag("json", "print one JSON object at the end"),
    ]
  ) { (arguments) throws(MVError) in
    Interruption.watch()
    let demo = Demo(
      folder: URL(filePath: arguments["output"] ?? "demo"),
      images: try arguments.int("images", in: 100...100_000) ?? 2000,
      epochs: try arguments.int("epochs", in: 1...10_000) ?? Demo.epochs)
    let result = try demo.run()
    if arguments.has("json") {
      try Terminal.printJSON(DemoJSON(result))
    } else {
      try Terminal.result(result.table)
      try Terminal.result("\nreport: \(result.report.path)")
    }
  }
}

/// What `mvmr demo --json` prints.
private struct DemoJSON: Encodable {
  struct Row: Encodable {
    let name: String
    let columns: Int
    let knn: Double
    let probe: Double
  }
  let results: [Row]
  let report: String
  let seconds: Double

  init(_ result: Demo.Outcome) {
    results = result.scores.map {
      Row(name: $0.title, columns: $0.columns, knn: $0.measures.neighborTop1, probe: $0.measures.probeTop1)
    }
    report = result.report.path
    seconds = result.seconds
  }
}
