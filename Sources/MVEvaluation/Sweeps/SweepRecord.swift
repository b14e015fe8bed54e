public import Foundation
public import MVCore
internal import MVFiles

/// What a sweep has run, as `sweep.json` in its folder says it to every reader.
public struct SweepRecord: Hashable, Sendable, Codable {
  /// One run of a variant.
  public struct Run: Hashable, Sendable, Codable {
    /// The seed.
    public let seed: Int
    /// The name of its folder within that of the sweep.
    public let folder: String

    /// Names a run; see the properties.
    public init(seed: Int, folder: String) {
      self.seed = seed
      self.folder = folder
    }
  }

  /// One variant: settings that differ from those of the other variants, and its runs.
  public struct Variant: Hashable, Sendable, Codable {
    /// Its name.
    public let name: String
    /// What it changes of the sweep's settings, as it is typed.
    public let settings: [String: String]
    /// Its runs, one a seed.
    public var runs: [Run]

    /// Describes a variant; see the properties.
    public init(name: String, settings: [String: String], runs: [Run]) {
      self.name = name
      self.settings = settings
      self.runs = runs
    }
  }

  /// The version of the file's form.
  public private(set) var format = 1
  /// The variants, in order.
  public var variants: [Variant]
  /// The points before the end at which runs are compared.
  public var moments: [SweepMoment]
  /// How finished runs are scored; nil where images have no labels.
  public var scoring: SweepScoring?
  /// How many runs went side by side.
  public var jobs: Int
  /// The command that made it.
  public var command: String
  /// The version of the program.
  public var version: String

  /// Creates a record; see the properties.
  public init(
    variants: [Variant], moments: [SweepMoment], scoring: SweepScoring?, jobs: Int, command: String,
    version: String = Version.text
  ) {
    self.variants = variants
    self.moments = moments
    self.scoring = scoring
    self.jobs = jobs
    self.command = command
    self.version = version
  }

  /// Where a record is in the folder of a sweep.
  package static func place(in folder: URL) -> URL { folder.appending(path: "sweep.json") }

  /// Whether a folder is that of a sweep.
  public static func isSweep(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: place(in: folder).path)
  }

  /// Reads the record of the sweep in `folder`; throws where there is none, or of a later form,
  /// and where a run is said to lie outside the folder.
  public init(in folder: URL) throws(MVError) {
    let url = Self.place(in: folder)
    self = try CanonicalJSON.value(in: url, what: "the record of a sweep")
    guard format == 1 else {
      throw .badData(url.path, "is of form \(format)", remedy: "use the mvmr that wrote it")
    }
    for run in variants.flatMap(\.runs) { _ = try InnerPath.place(of: run.folder, in: folder, from: url.path) }
  }

  /// Writes the record into `folder`, whole or not at all; throws where that fails.
  public func write(in folder: URL) throws(MVError) {
    try AtomicFile.write(try CanonicalJSON.data(self, pretty: true), to: Self.place(in: folder), followsLinks: false)
  }
}

/// How the finished runs of a sweep are scored.
public struct SweepScoring: Hashable, Sendable, Codable {
  /// The split to learn from.
  public let trainSplit: String
  /// The split to score; nil where a part of the split to learn from is held out, every fifth row without
  /// ``heldOut``.
  public let testSplit: String?
  /// The part of each class of the split to learn from that is scored; nil for a test split.
  public let heldOut: Double?

  /// Describes how runs are scored; see the properties.
  public init(trainSplit: String, testSplit: String?, heldOut: Double?) {
    self.trainSplit = trainSplit
    self.testSplit = testSplit
    self.heldOut = heldOut
  }

  /// The splits that scoring needs.
  public var splits: [String] { [trainSplit] + (testSplit.map { [$0] } ?? []) }
}
