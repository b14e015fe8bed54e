public import MVCore

/// Every representation there is, by name.
public enum Catalogue {
  /// One line of the catalogue.
  public struct Entry: Sendable {
    /// The name on the command line and in the file.
    public let name: String
    /// What it describes and whose numbers it reproduces.
    public let summary: String
    /// Name, default, accepted values and help of every setting; ``Catalogue/sharedSettings`` come on top.
    public let settings: [(name: String, value: SettingValue, accepts: String, help: String)]
    /// Whether it is extracted where nothing else is asked for.
    public let isDefault: Bool
    let makeWithSettings: @Sendable ([String: SettingValue]) throws(MVError) -> any Representation

    init<Described: Representation>(_: Described.Type, isDefault: Bool = false) {
      name = Described.name
      summary = Described.summary
      settings = Described().settingTable
      self.isDefault = isDefault
      makeWithSettings = { (values) throws(MVError) in
        let shared = values.filter { Catalogue.sharedSettings.map(\.name).contains($0.key) }
        let own = try Described(settingValues: values.filter { shared[$0.key] == nil })
        let sketch = try Sketch(settingValues: shared)
        guard sketch.columns == 0 else { return Sketched(own, sketch: sketch) }
        guard sketch.seed == 0 else {
          throw .usage(
            "setting sketch_seed=\(sketch.seed)", "has no meaning without a sketch",
            remedy: "set sketch, or leave it out")
        }
        return own
      }
    }

    /// The representation with these settings, and defaults for the rest; throws a usage error naming an unknown setting
    /// or one out of range.
    public func make(settings values: [String: SettingValue] = [:]) throws(MVError) -> any Representation {
      let known = (settings + Catalogue.sharedSettings).map(\.name)
      for key in values.keys.sorted() where !known.contains(key) {
        throw .usage(
          "setting \(key)", "is not one of \(name)",
          remedy: Catalogue.suggestion(for: key, among: known) + "it has \(known.joined(separator: ", "))")
      }
      return try makeWithSettings(values)
    }
  }

  /// All representations, in the order of the documentation.
  ///
  /// A new one is one line here.
  public static let entries: [Entry] = [
    Entry(PixelValues.self),
    Entry(HOG.self, isDefault: true),
    Entry(OpenCVHOG.self),
    Entry(HOGLayer.self),
    Entry(LBP.self, isDefault: true),
    Entry(ColorHistogram.self, isDefault: true),
    Entry(Scattering.self, isDefault: true),
    Entry(PatchScattering.self),
    Entry(LocalDeviation.self),
    Entry(CosineTransform.self),
    Entry(Augment.self),
  ]

  /// The settings that every representation takes on top of its own: those of ``Sketch``.
  public static let sharedSettings = Sketch().settingTable

  /// What is extracted where nothing else is asked for: hog, lbp, color and scattering, with their defaults.
  public static var defaults: [RepresentationSpecification] {
    entries.filter(\.isDefault).map { RepresentationSpecification(name: $0.name) }
  }

  /// The line of a name; throws a usage error with the nearest name and all names where there is none.
  public static func entry(named name: String) throws(MVError) -> Entry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let names = entries.map(\.name)
    throw .usage(
      "representation \(name)", "does not exist",
      remedy: suggestion(for: name, among: names) + "there are \(names.joined(separator: ", "))")
  }

  /// The representation of this name with these settings, and defaults for the rest.
  ///
  /// Throws a usage error naming an unknown representation or setting, or a setting out of range.
  public static func make(name: String, settings: [String: SettingValue] = [:]) throws(MVError) -> any Representation {
    try entry(named: name).make(settings: settings)
  }

  /// `did you mean X? `, where one of `names` is close to `name`.
  static func suggestion(for name: String, among names: [String]) -> String {
    let ranked = names.map { (name: $0, distance: editDistance(name, $0)) }.sorted { $0.distance < $1.distance }
    guard let nearest = ranked.first, nearest.distance <= max(2, name.count / 2) else { return "" }
    return "did you mean \(nearest.name)? "
  }

  /// How many letters must be put in, taken out or changed to turn one name into the other (Levenshtein).
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var distances = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var diagonal = row
      distances[0] = row + 1
      for column in right.indices {
        let changed = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = distances[column + 1]
        distances[column + 1] = min(changed, diagonal + 1, distances[column] + 1)
      }
    }
    return distances[right.count]
  }
}
