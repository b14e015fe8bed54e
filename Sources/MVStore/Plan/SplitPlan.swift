public import MVCore

/// The rows of one split of a feature file to be written.
public struct SplitPlan: Hashable, Sendable {
  /// The split's name, for example `train`.
  public var name: String
  /// One label, or one row of labels, a row.
  public var labels: Labels
  /// Where each row came from.
  public var ids: PackedStrings

  /// Describes a split; there must be as many labels as ids.
  public init(name: String, labels: Labels, ids: some Collection<String>) {
    self.name = name
    self.labels = labels
    self.ids = PackedStrings(ids)
  }

  /// How many rows there are.
  public var count: Int { ids.count }
}
