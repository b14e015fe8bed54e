internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVReports
internal import MVTraining

/// A sweep at work: as many runs at once as there are jobs, until none is left.
struct SweepRunner {
  /// A run that ended with an error.
  struct Failure {
    let folder: String
    let error: MVError
  }

  let plan: SweepPlan
  private var folder: SweepFolder { plan.folder }

  /// What is left to do of a run.
  private struct Task {
    let name: String
    let folder: String
    /// How it is trained; nil where that is done.
    let configuration: TrainingConfiguration?
    let threads: Int
    let epochs: Int
  }

  /// Runs what is left and returns what failed; other runs go on beside it.
  ///
  /// Throws an error of the kind `interrupted` where the user stopped it, after every run has saved, and where the
  /// folder cannot be written.
  func run() throws(MVError) -> [Failure] {
    try folder.prepare()
    try AtomicFile.checkFolders(plan.record.variants.flatMap(\.runs).map(\.folder), in: folder.url)
    let tasks = tasks()
    for task in tasks {
      try SweepWork.check(folder.place(of: task.folder), training: task.configuration != nil)
    }
    try AtomicFile.write(
      plan.request.sweep.yaml, to: SweepRequest.definition(in: folder.url), followsLinks: false)
    try plan.record.write(in: folder.url)
    return try Job("sweep", unit: "epochs").run { (job) throws(MVError) in try work(tasks, job) }
  }

  /// The runs that are left: those to train first, then those of the folder whose scores are missing or other ones.
  private func tasks() -> [Task] {
    var tasks = plan.items.filter { !$0.isTrained }.map { item in
      var configuration = plan.request.sweep.base
      configuration.settings = item.run.settings
      return Task(
        name: item.run.name, folder: item.run.folder, configuration: configuration,
        threads: configuration.settings.threads, epochs: configuration.settings.epochs)
    }
    guard plan.record.scoring != nil else { return tasks }
    let left = Set(tasks.map(\.folder))
    for variant in plan.record.variants {
      for run in variant.runs where !left.contains(run.folder) && folder.isTrained(run.folder) {
        guard SweepScores(in: folder.place(of: run.folder))?.scoring != plan.record.scoring else { continue }
        tasks.append(
          Task(
            name: "\(variant.name), seed \(run.seed)", folder: run.folder, configuration: nil,
            threads: plan.items.map(\.run.settings.threads).max() ?? 1, epochs: 0))
      }
    }
    return tasks
  }

  private func work(_ tasks: [Task], _ job: Job) throws(MVError) -> [Failure] {
    var waiting = tasks[...]
    var running: [SweepWork] = []
    var failures: [Failure] = []
    var progress = Progress(tasks.map { ($0.epochs, folder.place(of: $0.folder)) })
    var isEnding = false
    while !running.isEmpty || (!waiting.isEmpty && !job.cancellation.isCancelled) {
      while running.count < plan.jobs, !job.cancellation.isCancelled, let task = waiting.popFirst() {
        do throws(MVError) {
          running.append(
            try SweepWork(
              task.name, in: folder, at: task.folder, training: task.configuration, options: plan.request.sweep.options,
              scoring: plan.record.scoring, threads: task.threads))
        } catch { failures.append(failure(task.name, task.folder, error)) }
      }
      if job.cancellation.isCancelled, !isEnding {
        isEnding = true
        running.forEach { $0.end() }
      }
      running = running.filter { work in
        do throws(MVError) {
          guard try !work.advance() else { return true }
          finished(work)
        } catch {
          // What was asked to end is no failure.
          if !isEnding || error.kind != .interrupted { failures.append(failure(work.name, work.folder, error)) }
        }
        return false
      }
      progress.look()
      let done = tasks.count - waiting.count - running.count
      job.show(progress.value, detail: "\(done)/\(tasks.count) runs, \(running.count) at work")
      usleep(50_000)
    }
    guard !job.cancellation.isCancelled else {
      throw MVError(
        .interrupted, folder.url.path,
        "was stopped, \(tasks.count { !folder.isTrained($0.folder) }) of \(tasks.count) runs left",
        remedy: "the same command goes on")
    }
    return failures
  }

  private func failure(_ name: String, _ place: String, _ error: MVError) -> Failure {
    Terminal.message("failed: \(OneLine.text("\(name): \(error)"))")
    return Failure(folder: place, error: error)
  }

  /// Tells what a run came to, and brings the page up to date.
  private func finished(_ work: SweepWork) {
    if let scores = SweepScores(in: folder.place(of: work.folder)) {
      Terminal.progress("\(work.name): k-NN \(Percent(scores.knn))  probe \(Percent(scores.probe))")
    } else {
      Terminal.progress("\(work.name): trained")
    }
    // A page that cannot be written must not end a sweep of days; it is written again at the end.
    if let results = try? SweepResults(in: folder.url) { try? page(results).write(to: folder.report) }
  }

  /// The page of the sweep.
  func page(_ results: SweepResults) -> SweepPage {
    SweepPage(title: "Sweep \(folder.url.lastPathComponent)", results)
  }
}

/// How many epochs of the runs that are left are done, as their logs say.
private struct Progress {
  private let runs: [(epochs: Int, place: URL)]
  private let before: Int
  private let start = ContinuousClock.now
  private var done: [Int]
  private var looked = ContinuousClock.now

  init(_ runs: [(epochs: Int, place: URL)]) {
    self.runs = runs
    done = runs.map { Self.epochs(in: $0.place, of: $0.epochs) }
    before = done.reduce(0, +)
  }

  var value: RunProgress {
    RunProgress(
      doneBefore: before, done: done.reduce(0, +), total: runs.reduce(0) { $0 + $1.epochs },
      seconds: (ContinuousClock.now - start).seconds)
  }

  /// Looks into the logs, at most twice a second.
  mutating func look() {
    guard (ContinuousClock.now - looked).seconds > 0.5 else { return }
    looked = ContinuousClock.now
    for place in runs.indices where done[place] < runs[place].epochs {
      done[place] = Self.epochs(in: runs[place].place, of: runs[place].epochs)
    }
  }

  private static func epochs(in place: URL, of total: Int) -> Int {
    guard let log = try? WholeFile.bytes(of: place.appending(path: "losses.csv"), orStream: false) else { return 0 }
    return min(total, max(0, log.count { $0 == UInt8(ascii: "\n") } - 1))
  }
}
