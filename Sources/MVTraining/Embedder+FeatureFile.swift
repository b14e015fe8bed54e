public import MVCore
internal import MVDatasets
public import MVExtraction
internal import MVStore

extension Embedder {
  /// Embeds the images of a job into its feature file, from where an earlier run stopped.
  ///
  /// `checkpoint` tells one encoder's file from another's: a file of other weights is refused. `progress` counts rows.
  /// When `cancellation` asks to stop, what is done is kept and an error of the kind `interrupted` is thrown. Throws
  /// also where an image cannot be read or the file cannot be written.
  @discardableResult
  public func write(
    _ job: EmbeddingJob, checkpoint: String, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> ExtractionSummary {
    let file = EmbeddingFile(
      job: job,
      representation: RepresentationPlan(
        name: job.name ?? "embedding", representation: "embedding", settings: ["output": .string(output.rawValue)],
        shape: [columns], axes: ["feature"]), settings: ["checkpoint": .string(checkpoint)]
    ) { (images) throws(MVError) in try self.embed(images) }
    return try file.write(cancellation: cancellation, progress: progress)
  }
}
