internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVImaging
internal import MVRepresentations
internal import MVStore

extension Command {
  /// `mvmr extract`: representations of a source into a feature file.
  static let extract = Command(
    "extract", summary: "Compute representations of the images of a SOURCE into an HDF5 feature file",
    discussion: """
      Without --representation: hog, lbp, color and scattering. A run that was stopped, by Ctrl-C or worse, is
      finished by the same command. The file opens in h5py: labels, ids and one data set a representation in each split.

      Several machines share the work by --shard 1/4 ... --shard 4/4, each with an output of its own; `mvmr merge` joins
      those. In a Slurm array, or under srun, --shard slurm takes the numbers from Slurm. With --compress the file is
      compressed once all rows are there: smaller, but slower to train from.

      Examples:
        mvmr extract cifar10:data/cifar-10-batches-bin --output cifar10.h5
        mvmr extract folder:photos --size 96x96 --representation hog --representation lbp:grid=4 --output photos.h5
        mvmr extract stl10:data/stl10_binary --split train --split test --dtype float16 --output stl10.h5
        mvmr extract stl10:data/stl10_binary --shard 2/4 --output part2.h5
      """,
    arguments: [
      .positional("SOURCE", "KIND:WHERE, see `mvmr datasets`", takes: .source),
      .option(
        "output", "FILE.h5", "the feature file to write or to finish", required: true, output: .featureFile),
      .option(
        "representation", "NAME[:key=value,...]", "see `mvmr representations`; as=NAME stores it under another name",
        repeated: true, takes: .representation),
      .option("split", "NAME", "only this split; A+B joins two into one", repeated: true),
      .choice(
        "normalize", of: ImageStatistics.self, "normalize pixels first, as the released MV-MR code does",
        default: ImageStatistics.none, formerly: "normalise"),
      .option(
        "config", "FILE.yaml", "representations and options from YAML; the command line goes first", takes: .file),
      .choice("dtype", of: ElementType.self, "how values are stored", default: .float32),
      .option("jobs", "N", "threads", default: "all"),
      .option("limit", "N", "only N images of each split, drawn by a fixed seed and spread over its classes"),
      .option(
        "shard", "I/N|slurm|torchrun",
        "only the I-th of N parts of each split, for N machines; slurm, torchrun: as these say"),
      .option(
        "sync-interval", "SECONDS", "how much finished work may wait for the disk, and a kill lose", default: "1"),
      .flag("compress", "compress the features at the end, for archives"),
      .flag("skip-bad-images", "leave out images that cannot be read or computed, and list them"),
      .flag("overwrite", "replace the output instead of finishing it"),
      .flag("dry-run", "print what would be computed, with every setting, and stop"),
      .flag("json", "print one JSON object at the end"),
    ] + SourceArguments.options
  ) { (arguments) throws(MVError) in
    let request = try ExtractRequest(arguments)
    if arguments.has("dry-run") {
      try request.describe(json: arguments.has("json"))
      return
    }
    let summary = try Job("extract", unit: "images").run { (job) throws(MVError) in
      try request.extraction.run(cancellation: job.cancellation, progress: job.progress, notice: Terminal.note)
    }
    summary.notices.forEach(Terminal.note)
    for image in summary.skipped { Terminal.leftOut(image.id, image.reason) }
    if arguments.has("json") {
      try Terminal.printJSON(WrittenOutput(request.extraction.output.path, summary))
    } else {
      let rate = summary.rowsPerSecond > 0 ? ", \(Int(summary.rowsPerSecond.rounded())) images/s" : ""
      let left = summary.skipped.isEmpty ? "" : ", \(summary.skipped.count) images left out"
      try Terminal.result(
        "\(request.extraction.output.path): \(summary.rows) rows, \(ByteCount(summary.bytes)) in "
          + "\(ProgressBar.duration(summary.seconds))\(rate)\(left)")
    }
  }
}
