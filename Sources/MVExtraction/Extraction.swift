public import MVCore
public import MVDatasets
public import MVRepresentations
public import MVStore

public import struct Foundation.URL

/// A whole extraction: representations of the images of a source, computed once into a feature file.
///
/// The file's data sets are the same, byte for byte, whatever the number of jobs and however often the run was interrupted.
///
/// ```swift
/// var extraction = Extraction(of: [HOG(), LBP()], from: source, to: URL(filePath: "features.h5"))
/// extraction.skipBadImages = true
/// let summary = try extraction.run { progress in print("\(progress.done) of \(progress.total)") }
/// ```
public struct Extraction: Sendable {
  /// What is computed, in the order of the file.
  public var representations: [NamedRepresentation]
  /// Where the images come from.
  public var source: any ImageSource
  /// The feature file.
  public var output: URL
  /// The splits to extract, in the order of the file; nil for all that the source has.
  public var splits: [String]?
  /// How the values are stored.
  public var element = ElementType.float32
  /// Threads that load and compute.
  public var jobs = Parallel.processorCount
  /// Take only so many images of each split, from its start; nil for all.
  public var limit: Int?
  /// The part of the rows of each split to extract; nil for all.
  public var shard: ShardNumber?
  /// Compress the features once all are there, for archives.
  public var compress = false
  /// Leave out images that cannot be read, instead of stopping at the first.
  public var skipBadImages = false
  /// Replace the file that stands at `output`.
  public var overwrite = false
  /// Seconds finished blocks may wait to be synced together; at most this much work is lost on a kill.
  public var syncInterval = Duration.seconds(1)
  /// Versions, the command line and the like, recorded in the file.
  public var software: [String: String] = [:]

  /// Describes an extraction of representations under names of their own; everything else is a property.
  public init(of representations: [NamedRepresentation], from source: any ImageSource, to output: URL) {
    self.representations = representations
    self.source = source
    self.output = output
  }

  /// Describes an extraction of representations, each under its own name; everything else is a property.
  public init(of representations: [any Representation], from source: any ImageSource, to output: URL) {
    self.init(of: representations.map { NamedRepresentation($0) }, from: source, to: output)
  }

  /// Computes what is missing in the file, creating it where needed, and reports after each block of rows.
  ///
  /// With ``compress``, the plain file is replaced by a compressed one at the end; a run that is stopped before leaves the
  /// plain one. `progress` counts rows and is called by one thread at a time. When `cancellation` asks to stop, the blocks
  /// in flight are finished and an error of the kind `interrupted` is thrown. Throws the source's own error for an image
  /// that cannot be read, unless ``skipBadImages``, and an error with the row and the id of an image that a representation
  /// refuses or whose row is not finite. After any error the same call goes on from what is done.
  @discardableResult
  public func run(
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> ExtractionSummary {
    guard jobs >= 1 else { throw .usage("jobs", "is \(jobs)", remedy: "it takes 1 or more") }
    guard syncInterval >= .zero else {
      throw .usage("sync interval", "is \(syncInterval)", remedy: "it takes 0 seconds or more")
    }
    let chosen = try chosenSplits()
    let plan = try plan(of: chosen)
    if compress, !overwrite, let file = try FeatureFile.ifPacked(output, by: plan) {
      return ExtractionSummary(whole: file)
    }
    let writer = try FeatureFileWriter(
      creatingOrResuming: output, plan: plan, overwrite: overwrite, syncInterval: syncInterval)
    let run = try ExtractionRun(of: self, splits: chosen, writer: writer)
    let summary = try run.run(cancellation: cancellation, progress: progress)
    if compress { try writer.compress(cancellation: cancellation, progress: progress) }
    return summary
  }
}
