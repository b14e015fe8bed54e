public import MVCore

/// The description of one representation in a feature file: its names, its settings and the shape of a row.
public struct RepresentationPlan: Hashable, Sendable {
  /// The name in the file, for example `hog` or `scattering-j3`.
  public var name: String
  /// The name of the representation itself, for example `scattering`.
  public var representation: String
  /// The representation's settings, defaults included.
  public var settings: [String: SettingValue]
  /// The shape of one row.
  public var shape: [Int]
  /// The name of each axis in `shape`.
  public var axes: [String]
  /// What the indices along an axis stand for, where that needs saying: one label per index, by the name of the axis.
  public var labels: [String: [String]]

  /// Creates a description; each length in `shape` needs an axis name.
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

  /// The number of values per row.
  public var columns: Int { shape.reduce(1, *) }

  /// The number of columns of the random projection that the rows are, or 0 where they are the representation itself.
  public var sketch: Int {
    if case .int(let columns) = settings["sketch"] { columns } else { 0 }
  }
}
