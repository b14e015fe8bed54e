internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVTraining

extension Command {
  /// `mvmr finetune`: a network trained further on labels.
  static let finetune = Command(
    TrainingProgram.Entry.finetune,
    discussion: """
      A classifier is put on the network's features and trained with it on the images that keep their labels: all, a share
      of each class, or those that a list names. A part of them is held out and chooses the best epoch; test is scored
      once, at the end. With --head-only the network stays as it is. The folder of the run holds last.ckpt and best.ckpt,
      which embed, evaluate and train --init read (the classifier is fc); losses.csv; classes.csv; report.html. --resume
      goes on to the same bit; what is left out is as it was, and what was moved is named again.

      Examples:
        mvmr finetune run cifar10:DIR --labels 1% --output tuned
        mvmr finetune dinov2_vits14.pth folder:photos --head-only --output head
        mvmr finetune run imagenet:DIR --labels 10percent.txt --label-list-kind names --output tuned
        mvmr finetune run cifar10:DIR --head-only --set head_lr=0.01 --output head
        mvmr finetune run imagenet:DIR --protocol simclr --labels 1% --output tuned
        mvmr finetune run cifar10:DIR --protocol mv-mr --from-head --output retrained
        mvmr finetune --resume --output tuned
        mvmr finetune moved/run cifar10:MOVED --resume --output tuned
        mvmr evaluate tuned/best.ckpt cifar10:DIR --output evaluation
        mvmr finetune --settings
      """,
    arguments: [
      .positional(
        "NETWORK", "a run, a checkpoint, or a file or folder of weights of any known network", required: false,
        takes: .file),
      .positional("SOURCE", "KIND:WHERE, see `mvmr datasets`", required: false, takes: .source),
      .option("output", "DIR", "the folder of the run", output: .folder),
      .option(
        "labels", "all|N%|FILE", "which train images keep their labels: a share of each class, or those of a list",
        default: "all", takes: .wordsOrFile(["all"])),
      .choice(
        "label-list-kind", of: LabelSubset.ListKind.self, "what a list holds; seen from it where not given, and told"),
      .option("label-seed", "N", "the seed of a share", default: "0"),
      .flag("head-only", "train the classifier alone, as --set head_only=true"),
      .choice(
        "protocol", among: [SGDProtocol.dino, .simclr, .vicreg, .mvmr].map(\.name),
        "as a paper trains it, with new crops in each epoch: the classifier alone; simclr the whole network, unless "
          + "--head-only; --set goes first"),
      DeviceArgument.option("what the network runs on, as --set device=cuda"),
      .flag("from-head", "begin with the classifier that NETWORK holds, as --set head_start=saved"),
      .option(
        "set", "KEY=VALUE", "one setting", repeated: true, keys: FinetuneSettings.settings.map(\.name)),
      WeightsArgument.networkOption, .option("train-split", "NAME", "the split to learn from", default: "train"),
      .option("test-split", "NAME", "the split to score", default: "test, or else val, whichever has labels"),
      .flag("resume", "continue the run in the folder; NETWORK, SOURCE and the rest may be left out"),
      .flag("settings", "list every setting and its default, and stop"),
      .flag("markdown", "with --settings: print the table of Notebooks-free-docs/Finetuning.md"),
      .flag("json", "print one JSON object at the end"),
    ] + SourceArguments.options
  ) { (arguments) throws(MVError) in
    if arguments.has("settings") {
      try FinetuneRun.printSettings(arguments)
      return
    }
    try FinetuneRun(arguments).run(json: arguments.has("json"))
  }
}
