public import MVCore

extension Catalogue {
  /// One representation of a catalogue: its name, its settings, and how to make it.
  public struct Entry: Sendable {
    /// The name on the command line and in the file.
    public let name: String
    /// What it describes and whose numbers it reproduces.
    public let summary: String
    /// The name of its type, for example `HOG`; other languages name their classes by it.
    public let typeName: String
    /// What it computes, in a few sentences; empty where the representation does not say.
    public let details: String
    /// Where it is published, and whose numbers it reproduces; empty where the representation does not say.
    public let reference: String
    /// Whether it takes float pixels besides 8-bit ones.
    public let takesFloatPixels: Bool
    /// Whether float pixels must lie in 0...1.
    public let needsUnitFloats: Bool
    /// Name, default, accepted values and help of every setting; ``Catalogue/sharedSettings`` come on top.
    public let settings: [SettingRow]
    /// Whether it is extracted where nothing else is asked for.
    public let isDefault: Bool
    let makeWithSettings: @Sendable ([String: SettingValue]) throws(MVError) -> any Representation

    package init<Described: Representation>(_: Described.Type, isDefault: Bool = false) {
      name = Described.name
      summary = Described.summary
      typeName = "\(Described.self)"
      details = Described.details
      reference = Described.reference
      takesFloatPixels = Described.takesFloatPixels
      needsUnitFloats = Described.needsUnitFloats
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

    /// The representation with these settings, and defaults for the rest.
    ///
    /// Throws a usage error naming an unknown setting or one out of range.
    public func make(settings values: [String: SettingValue] = [:]) throws(MVError) -> any Representation {
      let known = (settings + Catalogue.sharedSettings).map(\.name)
      for key in values.keys.sorted() where !known.contains(key) {
        throw .usage(
          "setting \(key)", "is not one of \(name)",
          remedy: Catalogue.suggestion(for: key, among: known) + "it has \(known.joined(separator: ", "))")
      }
      return try makeWithSettings(values)
    }

    /// Throws where a specification could not name the representation or one of its settings.
    func checkNames() throws(MVError) {
      guard name.contains(where: \.isLetter), name.allSatisfy(Self.isAllowed) else {
        throw .usage(
          "representation '\(name)'", "has a name that no specification can hold",
          remedy: "use letters, digits, - and _")
      }
      var taken = Set(Catalogue.sharedSettings.map(\.name) + ["as"])
      for setting in settings {
        guard !setting.name.isEmpty, setting.name.allSatisfy(Self.isAllowed) else {
          throw .usage(
            "setting '\(setting.name)' of \(name)", "has a name that no specification can hold",
            remedy: "use letters, digits, - and _")
        }
        guard taken.insert(setting.name).inserted else {
          throw .usage("setting \(setting.name) of \(name)", "has a name that is taken", remedy: "give it another name")
        }
      }
    }

    private static func isAllowed(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
    }
  }
}
