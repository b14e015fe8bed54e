internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVNetworks
internal import MVReports
internal import MVStore
internal import MVTraining

/// A sweep that was checked: what is left to do of it, and what is there already.
struct SweepPlan {
  /// One run and how far it is.
  struct Item {
    let run: SweepRun
    let isTrained: Bool
  }

  let request: SweepRequest
  let folder: SweepFolder
  let items: [Item]
  /// What is recorded once the sweep begins: earlier variants of the folder first.
  let record: SweepRecord
  /// How many runs go side by side.
  let jobs: Int
  /// What is worth telling before the work.
  let notices: [String]

  /// Checks all that can be known before the first run.
  ///
  /// Throws where a variant cannot be trained, where the folder holds other runs of these names, and where nothing can
  /// be scored as it is asked.
  init(_ request: SweepRequest, _ arguments: ParsedArguments) throws(MVError) {
    self.request = request
    let askedJobs = try arguments.int("jobs", in: 1...1024)
    // Settings are checked variant by variant: the base alone need not go together.
    if let obstacle = request.train.released?.obstacle { throw obstacle }
    folder = try SweepFolder(request.folder)
    let recorded = try folder.recorded()
    if let recorded { try Self.check(request.sweep, goesOn: recorded.sweep, recorded.record, in: folder) }
    var items: [Item] = []
    for run in request.runs {
      if let settings = try folder.settings(of: run.folder), let difference = run.difference(from: settings) {
        throw .usage(
          "run \(run.folder)", "was begun with \(difference)",
          remedy: "a run keeps its settings: give the variant another name, or the sweep another --output")
      }
      items.append(Item(run: run, isTrained: folder.isTrained(run.folder)))
    }
    self.items = items
    let source = try request.train.source(goesOn: recorded != nil)
    var notices: [String] = []
    let scoring = try Self.scoring(request.sweep, of: source, &notices)
    try Self.check(request, items, of: source)
    let threads = items.map(\.run.settings.threads).max() ?? 1
    let usesGPU = items.contains { $0.run.settings.device.isCUDA }
    let processors = Parallel.processorCount
    let most = usesGPU ? 1 : max(1, processors / threads)
    let left = items.filter { !$0.isTrained }
    // Where nothing is trained, what is told of the training stays.
    let former = left.isEmpty ? recorded?.record : nil
    jobs = askedJobs ?? former?.jobs ?? min(most, items.count)
    if !usesGPU, left.count == items.count, left.count * threads * 2 <= processors {
      notices.append(
        "fewer runs than processors: --set threads=\(processors / left.count) makes each faster, and changes its last "
          + "digits")
    }
    if jobs * threads > processors {
      notices.append("\(jobs) runs at once of \(threads) threads each are more than the \(processors) processors")
    }
    let others = Self.unfinished(recorded?.record.variants ?? [], in: folder, besides: request.runs)
    if !others.isEmpty {
      notices.append(
        "begun before, not finished and not among these: \(others.joined(separator: ", ")); name their variants and "
          + "seeds to go on with them")
    }
    record = SweepRecord(
      variants: Self.joined(recorded?.record.variants ?? [], with: request.runs), moments: request.sweep.moments,
      scoring: scoring, jobs: jobs, command: former?.command ?? Provenance.commandLine)
    self.notices = notices
  }

  /// The folders of runs that were begun in a sweep, are not trained, and are not among `runs`.
  private static func unfinished(
    _ variants: [SweepRecord.Variant], in folder: SweepFolder, besides runs: [SweepRun]
  ) -> [String] {
    variants.flatMap(\.runs).map(\.folder).filter { name in
      !folder.isTrained(name) && !runs.contains { $0.folder == name }
    }
  }

  /// The variants that are there, and those of `runs`, each with the seeds of both.
  ///
  /// Runs that were begun have the settings of the present variant of that name, or it was refused.
  private static func joined(
    _ variants: [SweepRecord.Variant], with runs: [SweepRun]
  ) -> [SweepRecord.Variant] {
    var joined = variants
    for run in runs {
      let own = SweepRecord.Run(seed: run.seed, folder: run.folder)
      let settings = Dictionary(uniqueKeysWithValues: run.variant.changes.map { ($0.setting, $0.text) })
      if let place = joined.firstIndex(where: { $0.name == run.variant.name }) {
        let runs = joined[place].runs
        joined[place] = SweepRecord.Variant(
          name: run.variant.name, settings: settings, runs: runs.contains(own) ? runs : runs + [own])
      } else {
        joined.append(SweepRecord.Variant(name: run.variant.name, settings: settings, runs: [own]))
      }
    }
    for place in joined.indices { joined[place].runs.sort { $0.seed < $1.seed } }
    return joined
  }

  /// Throws where a sweep is of other data or another base than the one in its folder.
  private static func check(
    _ sweep: Sweep, goesOn old: Sweep, _ record: SweepRecord, in folder: SweepFolder
  ) throws(MVError) {
    let remedy = "runs in one folder must compare: make it an axis or a variant, or give another --output"
    func refuse(_ what: String, _ own: String, _ theirs: String) -> MVError {
      .usage("\(what) \(own)", "is not that of the sweep in \(folder.url.path), \(theirs)", remedy: remedy)
    }
    if let difference = SweepRun.difference(ofBase: sweep.base.settings, from: old.base.settings) {
      throw .usage("the sweep in \(folder.url.path)", "was begun with \(difference)", remedy: remedy)
    }
    let pairs = [
      ("source", sweep.base.source, old.base.source), ("split", sweep.base.split, old.base.split),
      ("size", sweep.base.size.map { "\($0)" }, old.base.size.map { "\($0)" }),
    ]
    for (what, own, theirs) in pairs where own != theirs { throw refuse(what, own ?? "none", theirs ?? "none") }
    for name in Set(sweep.options.keys).union(old.options.keys).sorted() where sweep.options[name] != old.options[name]
    {
      throw refuse(
        "option --\(name)", (sweep.options[name] ?? ["not given"]).joined(separator: " "),
        (old.options[name] ?? ["not given"]).joined(separator: " "))
    }
    // More files may be given: they change no run that names its representations.
    guard old.base.features != sweep.base.features else { return }
    let isLonger = sweep.base.features.starts(with: old.base.features)
    let takesAll = try old.variants().first { $0.settings.representations == .all }
    guard isLonger, takesAll == nil else {
      throw refuse(
        "feature files", sweep.base.features.joined(separator: " "), old.base.features.joined(separator: " "))
    }
  }

  /// Throws, naming the variant, where one that is left to train cannot be.
  private static func check(
    _ request: SweepRequest, _ items: [Item], of source: any ImageSource
  ) throws(MVError) {
    let left = items.filter { !$0.isTrained }.map(\.run)
    guard !left.isEmpty else { return }
    // Before the first of them is run.
    for run in left {
      let place = request.folder.appending(path: run.folder)
      try Trainer.checkPrograms(of: run.settings, goingOnIn: place)
      let initial = [request.train.start.initial?.url.path].compactMap { $0 }
      try RunInputs.check(initial + run.settings.teachers.map(\.path), of: place, files: Trainer.files)
    }
    var base = request.train.configuration
    base.settings.representations = .none
    // Every variant is checked on the same data, of which no image is read ahead.
    let data = try base.data(of: source, cacheLimit: 0)
    data.notices.forEach(Terminal.note)
    if !request.sweep.moments.isEmpty, !Trainer.scoresOnTheWay(of: data) {
      throw .badData(
        "the images", "are too few to score on the way: 50 with labels of two classes are needed",
        remedy: "leave --at out")
    }
    let files = try base.features.map { (path) throws(MVError) in try FeatureFile(reading: URL(filePath: path)) }
    var checked: Set<String> = []
    for run in left where checked.insert(run.variant.name).inserted {
      do throws(MVError) {
        var configuration = base
        configuration.settings = run.settings
        try configuration.check(files, of: source)
        try Trainer.check(run.settings, data: data, initial: request.train.start.initial)
        if !request.sweep.moments.isEmpty, run.settings.validateEvery == 0 {
          throw .usage("setting validate_every=0", "logs no scores to compare by --at", remedy: "give another value")
        }
      } catch {
        throw error.with(subject: "variant \(run.variant.name): \(error.subject)")
      }
    }
  }

  /// How runs are scored; nil where images have no labels.
  private static func scoring(
    _ sweep: Sweep, of source: any ImageSource, _ notices: inout [String]
  ) throws(MVError) -> SweepScoring? {
    let isAsked = sweep.trainSplit != nil || sweep.testSplit != nil || sweep.heldOut != nil
    let splits: EvaluationSplits
    do throws(MVError) {
      splits = try EvaluationSplits(of: source, among: nil, train: sweep.trainSplit, test: sweep.testSplit)
    } catch {
      guard !isAsked, error.kind == .badData else { throw error }
      notices.append("\(error.place) \(error.reason): runs are trained and not scored")
      return nil
    }
    guard case .single(let labels) = try source.split(splits.train).labels else {
      notices.append("images have several classes each: runs are trained and not scored; mvmr evaluate scores one")
      return nil
    }
    notices += splits.notices
    if let part = sweep.heldOut {
      guard !LabelSubset.heldOut(labels.filter { $0 >= 0 }, part: part, seed: 0).isEmpty else {
        throw .badData("split \(splits.train)", "has no class of two images", remedy: "leave --held-out out")
      }
      return SweepScoring(trainSplit: splits.train, testSplit: nil, heldOut: part)
    }
    if splits.test == nil {
      notices.append("there is no test split: every fifth row of each class of \(splits.train) is held out for testing")
    }
    return SweepScoring(trainSplit: splits.train, testSplit: splits.test, heldOut: nil)
  }
}
