public import MVCore
internal import MVDatasets
public import MVExtraction
internal import MVStore

extension Teacher {
  /// Embeds the images of a job into its feature file, under the teacher's name unless the job gives one.
  ///
  /// A file of another teacher, or of the same fed otherwise, is refused. The rest is as for
  /// ``Embedder/write(_:checkpoint:cancellation:progress:)``, what it throws included.
  @discardableResult
  public func write(
    _ job: EmbeddingJob, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> ExtractionSummary {
    let file = EmbeddingFile(
      job: job,
      representation: RepresentationPlan(
        name: job.name ?? settings.label, representation: "teacher", settings: settings.inputSettings,
        shape: [columns], axes: ["feature"]), settings: ["teacher": .string(fingerprint)]
    ) { (images) throws(MVError) in try self.embed(images) }
    return try file.write(cancellation: cancellation, progress: progress)
  }
}
