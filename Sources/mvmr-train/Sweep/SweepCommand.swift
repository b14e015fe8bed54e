internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVNetworks
internal import MVReports
internal import MVTraining

extension Command {
  /// `mvmr sweep`: many variants of a training, side by side.
  static let sweep = Command(
    TrainingProgram.Entry.sweep,
    discussion: """
      Trains every point of a grid, named variants besides, each with several seeds: as many runs at once as there are
      processors, one thread each, which is fastest together. Then scores each by k-NN (k = 20) and a linear probe, whose
      penalty is chosen on a part of train, and prints a table: mean and deviation over seeds. --held-out scores a part of
      train in place of a test split, so that settings can be chosen without looking at that; the same command with
      --test-split in its place then scores the same runs on test. Either goes before what a sweep file says of both.

      All is checked before the first run. The folder holds one folder a run, as `mvmr train` makes them, with log.txt;
      report.html with the table and the curves; and sweep.yaml, which runs the same anywhere. The same command goes on
      with what is left, after Ctrl-C or a failure, and does more variants and seeds beside those that are there; a run
      that is there keeps its settings. `mvmr compare DIR` prints the table again.

      In a grid, commas separate values, and + joins those that are lists: representations=none,hog,hog+lbp.

      Examples:
        mvmr sweep folder:photos --size 32x32 --features f.h5 --config builtin:small --grid lr=0.002,0.005,0.01 \\
          --seeds 3 --held-out 0.1 --output sweeps/lr
        mvmr sweep folder:photos --size 32x32 --features f.h5 --grid representations=none,hog,hog+lbp \\
          --grid batch_size=64,256 --at 20,600s --output sweeps/what
        mvmr sweep folder:photos --features f.h5 --variant 'slow: lr=0.001 epochs=80' --variant 'fast: lr=0.01' --output s
        mvmr sweep sweep.yaml --output sweeps/table --latex table.tex
        mvmr sweep --resume --output sweeps/lr
        mvmr sweep sweep.yaml --output sweeps/table --dry-run
      """,
    arguments: [
      .positional(
        "WHAT", "a sweep file NAME.yaml, the images KIND:WHERE, or both", required: false, repeated: true),
      .option("output", "DIR", "the folder of the sweep", output: .folder),
      .option("grid", "KEY=V,V", "a setting and the values that it takes in turn", repeated: true),
      .option(
        "variant", "VARIANT", "NAME: KEY=VALUE KEY=VALUE, a variant with a name beside those of the grid",
        repeated: true),
      .option(
        "seeds", "N|S,S", "how many seeds each variant has, from 0, or which", default: "that of the settings"),
      .option("jobs", "N", "runs at once", default: "processors by threads of a run; 1 on a GPU"),
      .option(
        "config", "FILE.yaml", "settings of every run, as in train; or one of \(BuiltInConfiguration.list)"),
      .option(
        "set", "KEY=VALUE", "one setting of every run", repeated: true, keys: TrainingSettings.settings.map(\.name)),
      .option("features", "FILE.h5", "a feature file of the same images", repeated: true),
      .option("teacher", "FILE[,key=value,...]", "a network to distil, as in train", repeated: true),
      DeviceArgument.option("what the networks run on"),
      .option("split", "NAME", "the split to train on, train where not given; A+B joins two"),
      .option(
        "held-out", "PART",
        "score this part of each class of the split to learn from, whose labels scores then hold out"),
      .option("train-split", "NAME", "the split that scores learn from", default: "train"),
      .option("test-split", "NAME", "the split to score", default: "test, or else val, whichever has labels"),
      .option(
        "at", "MOMENT", "columns of the scores logged up to then: 20 for epochs, 600s, 10min for time", repeated: true),
      .option("most", "N", "refuse more runs than these", default: "\(SweepRequest.usualLimit)"),
      .flag("resume", "go on with the sweep in the folder as it was asked for; nothing else need be given"),
      .flag("dry-run", "check all, list the runs, and stop"),
      .flag("json", "print one JSON object at the end"),
    ] + TableOutput.options + SweepRequest.passedOn
  ) { (arguments) throws(MVError) in
    let request = try SweepRequest(arguments)
    request.train.reportTranslation()
    request.train.notices.forEach(Terminal.note)
    let plan = try SweepPlan(request, arguments)
    plan.notices.forEach(Terminal.note)
    if arguments.has("dry-run") { return try list(plan, asJSON: arguments.has("json")) }
    let done = plan.items.count(where: \.isTrained)
    if done > 0 { Terminal.note("\(done) of \(plan.items.count) runs are trained already") }
    let runner = SweepRunner(plan: plan)
    let failures = try runner.run()
    let results = try SweepResults(in: plan.folder.url)
    try runner.page(results).write(to: plan.folder.report)
    let output = TableOutput(
      results.table, caption: results.caption, csv: results.csv, markdown: results.markdown, latex: results.latex)
    try output.write(arguments)
    if arguments.has("json") {
      try Terminal.result(String(decoding: try results.json(), as: UTF8.self))
    } else {
      try output.show()
      try Terminal.result("report: \(plan.folder.report.page.path)")
    }
    guard let first = failures.first else { return }
    let names = failures.map(\.folder)
    throw MVError(
      first.error.kind, plan.folder.url.path,
      "has \(names.count) of \(plan.items.count) runs that failed: \(names.joined(separator: ", "))",
      remedy: "the last line of log.txt in each says why; the same command tries them again", cause: "\(first.error)")
  }

  /// What `--dry-run` prints.
  private static func list(_ plan: SweepPlan, asJSON: Bool) throws(MVError) {
    if asJSON {
      return try Terminal.printJSON(
        plan.items.map { item in
          PlannedRun(
            folder: item.run.folder, variant: item.run.variant.name, seed: item.run.seed,
            settings: Dictionary(uniqueKeysWithValues: item.run.variant.changes.map { ($0.setting, $0.text) }),
            trained: item.isTrained)
        })
    }
    var table = TextTable("run", "variant", "seed", "state")
    for item in plan.items {
      table.add(item.run.folder, item.run.variant.name, "\(item.run.seed)", item.isTrained ? "trained" : "to do")
    }
    try Terminal.result("\(table.text)\n\(plan.items.count) runs, \(plan.jobs) at once")
  }
}

/// What `mvmr sweep --dry-run --json` prints of a run.
private struct PlannedRun: Encodable {
  let folder: String
  let variant: String
  let seed: Int
  let settings: [String: String]
  let trained: Bool
}
