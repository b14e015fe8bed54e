public import MVCore
public import MVDatasets
public import MVRepresentations
public import MVStore

public import struct Foundation.URL

/// An extraction: representations of the images of a source, computed once into a feature file.
///
/// The file's data sets are the same, byte for byte, whatever the number of jobs and however often the run was
/// interrupted.
public struct Extraction: Sendable {
  /// The representations to compute, in the order of the file.
  public var representations: [NamedRepresentation]
  /// The source of the images.
  public var source: any ImageSource
  /// The place of the feature file.
  public var output: URL
  /// The splits to extract, in the order of the file; nil for all that the source has.
  public var splits: [String]?
  /// The type in which values are stored.
  public var element = ElementType.float32
  /// The number of threads that load and compute.
  public var jobs = Parallel.processorCount
  /// The number of images to draw of each split by a fixed seed, spread over its classes; nil for all.
  public var limit: Int?
  /// The part of the rows of each split to extract; nil for all.
  public var shard: ShardNumber?
  /// Whether the features are compressed once all are computed, for archives.
  public var compress = false
  /// Whether images that cannot be read are left out; otherwise the first one ends the run.
  public var skipBadImages = false
  /// Whether a file that is already at `output` is replaced.
  public var overwrite = false
  /// Seconds finished blocks may wait to be synced together; at most this much work is lost on a kill.
  public var syncInterval = Duration.seconds(1)
  /// Versions, the command line and the like, which are recorded in the file.
  public var software: [String: String] = [:]

  /// Creates an extraction of representations under names of their own; see the properties.
  public init(of representations: [NamedRepresentation], from source: any ImageSource, to output: URL) {
    self.representations = representations
    self.source = source
    self.output = output
  }

  /// Creates an extraction of representations, each under the name of its kind; see the properties.
  public init(of representations: [any Representation], from source: any ImageSource, to output: URL) {
    self.init(of: representations.map { NamedRepresentation($0) }, from: source, to: output)
  }

  /// Computes what is missing in the file, creating it if needed; `progress` is called after each block of rows.
  ///
  /// Before the work `notice` is told what a user should know of it, line by line: how much room it will take, and how
  /// many images do not stand upright. Images that differ in size are refused then, by what their files say.
  ///
  /// With ``compress``, the plain file is replaced by a compressed one at the end; a run that is stopped earlier leaves
  /// the plain one. One thread at a time calls `progress`. When `cancellation` asks to stop, the blocks in progress are
  /// finished and an error of the kind `interrupted` is thrown. Throws the source's own error for an image that cannot
  /// be read, unless ``skipBadImages``, and an error that names the image where a representation is not finite. After
  /// any error the same call continues from what is done.
  @discardableResult
  public func run(
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in },
    notice: (String) -> Void = { _ in }
  ) throws(MVError) -> ExtractionSummary {
    guard jobs >= 1 else { throw .usage("jobs", "is \(jobs)", remedy: "it takes 1 or more") }
    guard syncInterval >= .zero else {
      throw .usage("sync interval", "is \(syncInterval)", remedy: "it takes 0 seconds or more")
    }
    let extraction = try limited()
    let chosen = try extraction.chosenSplits()
    let plan = try extraction.plan(of: chosen)
    if !overwrite, let file = try FeatureFile.ifFinished(output, by: plan, compressed: compress) {
      return ExtractionSummary(whole: file)
    }
    let ahead = try WorkAhead(
      plan, of: extraction.source, splits: chosen, to: output, overwrite: overwrite)
    try ahead.check(skipping: skipBadImages)
    ahead.notices.forEach(notice)
    let writer = try FeatureFileWriter(
      creatingOrResuming: output, plan: plan, overwrite: overwrite, syncInterval: syncInterval)
    let run = try ExtractionRun(of: extraction, splits: chosen, writer: writer)
    let summary = try run.run(cancellation: cancellation, progress: progress)
    if compress { try writer.compress(cancellation: cancellation, progress: progress) }
    return summary
  }
}
