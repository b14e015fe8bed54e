public import MVCore

/// The content and origin of a feature file, for people and as JSON.
public struct FeatureFileDescription: Hashable, Sendable, Codable {
  /// The file's path.
  public let path: String
  /// The size of the file in bytes.
  public let bytes: Int
  /// The version of the format.
  public let version: Int
  /// The name of the data set.
  public let dataset: String
  /// The place where the data set was read.
  public let location: String
  /// How its images can be opened again; nil in files of version 0.1 and where it is not known.
  public let source: SourceRecord?
  /// The fingerprint of the data set's state.
  public let fingerprint: String
  /// The name of each class, by label.
  public let classNames: [String]
  /// Settings of the run that made the file.
  public let settings: [String: SettingValue]
  /// Versions of software, the command line and the like.
  public let software: [String: String]
  /// When the file was created, ISO 8601, UTC.
  public let created: String
  /// The part of the whole that the file is; nil for the whole.
  public let shard: ShardPlan?
  /// The shards that the file joins without a copy, relative to its folder; empty for a file that holds its own rows.
  public let sources: [String]
  /// Whether every row of every representation is finished.
  public let isComplete: Bool
  /// The splits, in order.
  public let splits: [Split]
  /// Groups and data sets that other programs have added, which are passed over; nil where there are none.
  public let additions: [String]?

  /// One split.
  public struct Split: Hashable, Sendable, Codable {
    /// The split's name, for example `train`.
    public let name: String
    /// The number of rows.
    public let rows: Int
    /// The number of rows with a label; all rows where they have several labels.
    public let labeledRows: Int
    /// The number of label columns; nil where rows have one label.
    public let labelClasses: Int?
    /// The ids of rows whose images could not be read.
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
    /// The representation's settings.
    public let settings: [String: SettingValue]
    /// The shape of one row.
    public let shape: [Int]
    /// The name of each axis in `shape`.
    public let axes: [String]
    /// The type in which values are stored.
    public let dtype: ElementType
    /// The number of columns of the random projection that the rows are, or 0.
    public let sketch: Int
    /// The number of bytes of all rows.
    public let bytes: Int
    /// Whether the rows are compressed, or otherwise cannot be mapped as plain rows.
    public let isPacked: Bool
    /// The number of finished rows.
    public let doneRows: Int
    /// The share of rows that are finished, 0...1.
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
      sources, additions
    case classNames = "class_names"
    case isComplete = "complete"
  }
}
