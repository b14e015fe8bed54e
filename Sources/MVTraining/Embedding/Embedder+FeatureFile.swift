public import MVCore
internal import MVDatasets
public import MVExtraction
internal import MVNetworks
internal import MVStore

extension Embedder {
  /// What the feature file records of a row: output and views, under the words of version 0.1.
  ///
  /// Of a network of another program also how its images are prepared.
  private var recorded: [String: SettingValue] {
    let names: [NetworkOutput: String] = [.features: "backbone", .projection: "projector"]
    var recorded: [String: SettingValue] = ["output": .string(names[output] ?? output.description)]
    if views != .single { recorded["views"] = .string(views.rawValue) }
    if let framing { recorded["preprocessing"] = .string("\(framing), mean \(mean), std \(deviation)") }
    return recorded
  }

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
        name: job.name ?? "embedding", representation: "embedding", settings: recorded,
        shape: [columns], axes: ["feature"]), settings: ["checkpoint": .string(checkpoint)]
    ) { (images) throws(MVError) in try self.embed(images) }
    return try file.write(cancellation: cancellation, progress: progress)
  }
}
