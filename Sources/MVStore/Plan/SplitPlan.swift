public import MVCore

/// The rows of one split in a feature file that is to be written.
public struct SplitPlan: Hashable, Sendable {
  /// The split's name, for example `train`.
  public var name: String
  /// The labels: one, or one row of them, per row.
  public var labels: Labels
  /// The origin of each row's image, for example its path.
  public var ids: PackedStrings

  /// Creates a description of a split; `labels` and `ids` should have one entry per row.
  public init(name: String, labels: Labels, ids: some Collection<String>) {
    self.name = name
    self.labels = labels
    self.ids = PackedStrings(ids)
  }

  /// The number of rows.
  public var count: Int { ids.count }
}
