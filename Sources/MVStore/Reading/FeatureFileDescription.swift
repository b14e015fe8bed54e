public import MVCore

/// What a feature file holds and where it came from, for people and as JSON.
public struct FeatureFileDescription: Hashable, Sendable, Codable {
  /// The file.
  public let path: String
  /// Bytes of the file.
  public let bytes: Int
  /// The version of the format.
  public let version: Int
  /// The name of the data set.
  public let dataset: String
  /// Where the data set was read.
  public let location: String
  /// How its images can be opened again; nil in files of version 0.1 and where it is not known.
  public let source: SourceRecord?
  /// What tells one state of the data set from another.
  public let fingerprint: String
  /// The name of each class, by label.
  public let classNames: [String]
  /// Settings of the run that made the file.
  public let settings: [String: SettingValue]
  /// Versions of software, the command line and the like.
  public let software: [String: String]
  /// When the file was created, ISO 8601, UTC.
  public let created: String
  /// Which part of the whole the file is; nil for all of it.
  public let shard: ShardPlan?
  /// The shards that the file joins without a copy, relative to its folder; empty for a file of its own.
  public let sources: [String]
  /// Whether every row of every representation is there.
  public let isComplete: Bool
  /// The splits, in order.
  public let splits: [Split]

  /// One split.
  public struct Split: Hashable, Sendable, Codable {
    /// For example `train`.
    public let name: String
    /// The number of rows.
    public let rows: Int
    /// Rows with a label; for several labels a row, all.
    public let labeledRows: Int
    /// How many classes each row is labeled with; nil for one label a row.
    public let labelClasses: Int?
    /// Where the rows whose images could not be read came from.
    public let skippedIDs: [String]
    /// The representations, in order.
    public let representations: [Representation]

    enum CodingKeys: String, CodingKey {
      case name, rows, representations
      case labeledRows = "labelled_rows"
      case labelClasses = "label_classes"
      case skippedIDs = "skipped_ids"
    }
  }

  /// One representation of one split.
  public struct Representation: Hashable, Sendable, Codable {
    /// The name in the file.
    public let name: String
    /// The name of the representation itself.
    public let representation: String
    /// Its settings.
    public let settings: [String: SettingValue]
    /// The shape of one row.
    public let shape: [Int]
    /// The name of each axis of `shape`.
    public let axes: [String]
    /// How the values are stored.
    public let dtype: ElementType
    /// Columns of the random projection that the values are, or 0.
    public let sketch: Int
    /// Bytes of all rows.
    public let bytes: Int
    /// Whether the rows are compressed, or otherwise not plain rows that can be mapped.
    public let isPacked: Bool
    /// Rows that are there.
    public let doneRows: Int
    /// 0...1: how much is there.
    public let doneFraction: Double

    enum CodingKeys: String, CodingKey {
      case name, representation, settings, shape, axes, dtype, sketch, bytes
      case isPacked = "packed"
      case doneRows = "done_rows"
      case doneFraction = "done_fraction"
    }
  }

  enum CodingKeys: String, CodingKey {
    case path, bytes, version, dataset, location, source, fingerprint, settings, software, created, splits, shard,
      sources
    case classNames = "class_names"
    case isComplete = "complete"
  }
}
