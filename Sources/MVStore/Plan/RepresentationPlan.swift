public import MVCore

/// What one row of one representation of a feature file is.
public struct RepresentationPlan: Hashable, Sendable {
  /// The name in the file, for example `hog` or `scattering-j3`.
  public var name: String
  /// The name of the representation itself, for example `scattering`.
  public var representation: String
  /// Its settings, defaults included.
  public var settings: [String: SettingValue]
  /// The shape of one row.
  public var shape: [Int]
  /// The name of each axis of `shape`.
  public var axes: [String]
  /// What each index along an axis stands for, where that needs saying.
  public var labels: [String: [String]]

  /// Describes a representation; there must be as many axes as lengths.
  public init(
    name: String, representation: String, settings: [String: SettingValue] = [:], shape: [Int], axes: [String],
    labels: [String: [String]] = [:]
  ) {
    self.name = name
    self.representation = representation
    self.settings = settings
    self.shape = shape
    self.axes = axes
    self.labels = labels
  }

  /// Values a row.
  public var columns: Int { shape.reduce(1, *) }

  /// Columns of the random projection that the values are, or 0 where they are the representation itself.
  public var sketch: Int {
    if case .int(let columns) = settings["sketch"] { columns } else { 0 }
  }
}
