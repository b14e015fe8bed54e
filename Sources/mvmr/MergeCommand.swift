internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVStore

extension Command {
  /// `mvmr merge`: the files of shards as one.
  static let merge = Command(
    "merge", summary: "Join the files of `mvmr extract --shard I/N`, or of embed, into one feature file",
    discussion: """
      The output is small: it refers to the shards, by names relative to its own folder, so that the folder can be moved
      as a whole. With --copy it is a file of its own, the same as a run without shards makes, and the shards may go.

      Examples:
        mvmr merge part1.h5 part2.h5 part3.h5 part4.h5 --output features.h5
        mvmr merge part*.h5 --copy --output features.h5
      """,
    arguments: [
      .positional("FILE", "the file of each shard, in any order", repeated: true, takes: .file),
      .option("output", "FILE.h5", "the feature file to write", required: true, output: .featureFile),
      .flag("copy", "copy the features instead of referring to the shards"),
      .flag("compress", "copy, and compress the features, for archives"),
      .flag("overwrite", "replace the output"),
      .flag("json", "print one JSON object at the end"),
    ]
  ) { (arguments) throws(MVError) in
    let output = URL(filePath: try arguments.required("output"))
    let merge = try FeatureFileMerge(
      of: arguments.all("FILE").map { URL(filePath: $0) }, to: output, software: ["merged": Provenance.commandLine])
    let (overwrite, compressed) = (arguments.has("overwrite"), arguments.has("compress"))
    let summary =
      arguments.has("copy") || compressed
      ? try Job("merge", unit: "rows").run { (job) throws(MVError) in
        try merge.copy(
          overwrite: overwrite, compressed: compressed, cancellation: job.cancellation, progress: job.progress)
      }
      : try merge.join(overwrite: overwrite)
    (merge.notices + summary.notices).forEach(Terminal.note)
    if arguments.has("json") {
      try Terminal.printJSON(WrittenOutput(output.path, summary))
    } else {
      try Terminal.result(
        "\(output.path): \(summary.rows) rows of \(summary.shards) shards, \(ByteCount(summary.bytes))")
    }
  }
}
