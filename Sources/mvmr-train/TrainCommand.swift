internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVNetworks
internal import MVTraining

extension Command {
  /// `mvmr train`: an encoder from images and a feature file.
  static let train = Command(
    TrainingProgram.Entry.train,
    discussion: """
      The loss makes embeddings of two views of an image agree, and depend on each representation in the feature file
      (distance correlation). The folder of the run holds last.ckpt and best.ckpt, settings included; losses.csv; report.html with the
      curves; and events that TensorBoard reads. Where the images have labels, a tenth of them is scored every few epochs by
      k-NN and a linear probe; the labels are not used to train. --resume continues a run that was stopped, to the same bit:
      on the images and with the settings that it was begun with, unless they are given again. A finished run is made
      longer by more epochs: the schedule of the learning rate is then computed anew for the new length, and goes on
      from the step that was reached. --init starts a new run from the weights of another, or of any file that
      `mvmr networks` knows: the encoder is then that network, and its images are normalized as published.

      torchrun and srun start several processes that train one network: each takes its own part of every batch, of which
      batch_size is the whole. Rank 0 alone writes the folder of the run, which every rank must see, and shows progress.
      SIGTERM and SIGUSR1 stop all ranks after the same step, saved; where one dies, the others end with an error.

      Examples:
        mvmr extract cifar10:DIR --output features.h5
        mvmr train cifar10:DIR --features features.h5 --output run --set encoder=cifar-resnet --set epochs=50
        mvmr train folder:images --size 32x32 --config builtin:small --features features.h5 --output run
        mvmr train cifar10:DIR --config builtin:cifar10 --features features.h5 --output run
        mvmr train cifar10:DIR --teacher resnet56.pt,normalization=imagenet --output distilled
        mvmr train stl10:DIR --config builtin:stl10-clip --teacher clip.pt --output distilled
        mvmr train stl10:DIR --config builtin:stl10-clip --features clip.h5 --output distilled
        mvmr train --resume --output run
        mvmr train --resume --output run --set epochs=200
        mvmr train folder:mine --size 32x32 --features mine.h5 --init run --output tuned
        mvmr train folder:mine --resize 256 --size 224 --features mine.h5 --init resnet50.pth --output tuned
        mvmr train folder:mine --size 224 --features mine.h5 --set encoder=vit-small-16 --output vit
        torchrun --nproc-per-node 2 --no-python mvmr train cifar10:DIR --features features.h5 --output run
        srun --ntasks 8 mvmr train imagenet:DIR --features features.h5 --output run --resume
        mvmr train cifar10:DIR --features features.h5 --find-lr
        mvmr train --config settings.yaml --print-config
        mvmr train --settings
      """,
    arguments: [
      .positional(
        "SOURCE", "KIND:WHERE, see `mvmr datasets`; left out: that of the configuration, or of the first feature file",
        required: false, takes: .source),
      .option(
        "features", "FILE.h5", "a feature file of the same images, made by extract or embed", repeated: true,
        takes: .file),
      .option("output", "RUN", "the folder of the run", output: .folder),
      .option(
        "config", "FILE.yaml",
        "settings, also those of the released MV-MR code; or one of \(BuiltInConfiguration.list); "
          + "the command line goes first",
        takes: .wordsOrFile(BuiltInConfiguration.names)),
      .option(
        "set", "KEY=VALUE", "one setting", repeated: true, keys: TrainingSettings.settings.map(\.name)),
      .option(
        "teacher", "FILE[,key=value,...]",
        "a network to distil: weights, a run or TorchScript (a program: trust its maker), fed as published or as the settings say; "
          + "the first takes the role of the configuration",
        repeated: true, takes: .file),
      DeviceArgument.option("what the network runs on, as --set device=cuda"),
      .option("split", "NAME", "the split to train on, train where not given; A+B joins two"),
      .flag("resume", "continue the run in the folder; its source, features and settings need not be given again"),
      .option(
        "init", "NETWORK",
        "start from these weights: a file of any known network, or a run's, its projector too where shapes agree",
        takes: .file),
      WeightsArgument.networkOption,
      .flag(
        "find-lr", "search a learning rate by 100 steps of growing rate, and stop; with --output, a page with the curve"
      ),
      .flag("find-batch", "double the batch until memory is short, with images a second of each, and stop"),
      .option(
        "rank-timeout", "SECONDS",
        "how long a rank of several waits for the others, to come (300) and in each step (1800: rank 0 scores meanwhile); "
          + "for one that has come and ended none waits"
      ),
      .flag("print-config", "print the configuration with every setting as YAML, and stop"),
      .flag("settings", "list every setting and its default, and those of a teacher, and stop"),
      .flag("markdown", "with --settings: print the tables of Notebooks-free-docs/Training.md"),
      .flag("json", "print one JSON object at the end"),
    ] + SourceArguments.options
  ) { (arguments) throws(MVError) in
    if arguments.has("settings") {
      if arguments.has("json") {
        try Terminal.printJSON(SettingTables.object)
      } else {
        try Terminal.result(arguments.has("markdown") ? SettingTables.markdown : SettingTables.text)
      }
      return
    }
    let request = try TrainRequest(arguments)
    request.reportTranslation()
    try request.checkPossible()
    if arguments.has("print-config") {
      if arguments.has("json") {
        try Terminal.printJSON(PrintedConfiguration(request.configuration))
      } else {
        try Terminal.result(request.configuration.yaml, terminator: "")
      }
      return
    }
    let ranks = try Ranks(environment: ProcessInfo.processInfo.environment)
    if arguments.has("find-lr") || arguments.has("find-batch") {
      if let ranks {
        throw .usage("\(ranks)", "is one of several, and a search is for one process", remedy: "start it by itself")
      }
      try Finders.run(request, arguments)
      return
    }
    let output = try request.output()
    if request.start.resumed == nil {
      let configuration = request.configuration
      let files = [request.start.initial?.url.path, arguments["config"]].compactMap { $0 } + configuration.features
      try RunInputs.check(files + configuration.settings.teachers.map(\.path), of: output, files: Trainer.files)
    }
    let group = try RankStart.group(of: ranks, request.configuration.settings, arguments)
    let data = try request.data()
    Interruption.watch()
    let trainer = try Trainer(
      request.configuration.settings, data: data, folder: output, resuming: arguments.has("resume"),
      initial: request.start.initial, group: group)
    guard trainer.isFirst else {
      _ = try TrainingRun.run(trainer)
      return
    }
    (request.notices + data.notices + trainer.notices).forEach(Terminal.note)
    if trainer.step == trainer.totalSteps {
      Terminal.note("the run is finished; --set epochs=N makes it longer")
    } else if trainer.step > 0 {
      Terminal.note("resuming after step \(trainer.step) of \(trainer.totalSteps)")
    }
    let records = try TrainingRun.run(trainer)
    let checkpoint = Trainer.checkpoint(in: output).path
    let best = BestEpoch(of: trainer)
    if arguments.has("json") {
      try Terminal.printJSON(TrainResult(records, checkpoint: checkpoint, best: best))
    } else {
      try Terminal.result("\(checkpoint): trained for \(trainer.step) steps; curves in report.html")
      if let best {
        try Terminal.result(
          "\(best.checkpoint): the best by the linear probe of rows held out of training, \(Percent(best.probe)), "
            + "epoch \(best.epoch)")
      }
    }
  }
}

/// The epoch of a run whose embeddings scored best.
private struct BestEpoch: Encodable {
  let checkpoint: String
  let epoch: Int
  let probe: Double

  /// Nil where none was scored, or its checkpoint is not there any more.
  init?(of trainer: Trainer) {
    let url = Trainer.bestCheckpoint(in: trainer.folder)
    // The checkpoint knows its epoch; in the log, scores are rounded.
    guard let score = trainer.bestScore, let place = try? Checkpoint(contentsOf: url).place else { return nil }
    checkpoint = url.path
    epoch = place.epoch
    probe = score
  }
}

/// What `mvmr train --json` prints.
private struct TrainResult: Encodable {
  struct Epoch: Encodable {
    let epoch: Int
    let loss: Double
    let terms: [String: Double]
    let imagesPerSecond: Double
    let seconds: Double
    let waitingShare: Double
    let networkShare: Double

    enum CodingKeys: String, CodingKey {
      case epoch, loss, terms, seconds
      case waitingShare = "waiting_share"
      case networkShare = "network_share"
      case imagesPerSecond = "images_per_second"
    }
  }
  let checkpoint: String
  let best: BestEpoch?
  let epochs: [Epoch]

  init(_ records: [EpochRecord], checkpoint: String, best: BestEpoch?) {
    self.checkpoint = checkpoint
    self.best = best
    epochs = records.map {
      Epoch(
        epoch: $0.epoch, loss: $0.loss.total,
        terms: Dictionary(uniqueKeysWithValues: zip($0.loss.names, $0.loss.values)),
        imagesPerSecond: $0.imagesPerSecond, seconds: $0.seconds, waitingShare: $0.waitingShare,
        networkShare: $0.networkShare)
    }
  }
}

/// What `mvmr train --print-config --json` prints.
private struct PrintedConfiguration: Encodable {
  let source: String?
  let split: String?
  let size: String?
  let features: [String]
  let output: String?
  let settings: [String: SettingValue]

  init(_ configuration: TrainingConfiguration) {
    source = configuration.source
    split = configuration.split
    size = configuration.size.map { "\($0)" }
    features = configuration.features
    output = configuration.output
    settings = configuration.settings.settingValues
  }
}
