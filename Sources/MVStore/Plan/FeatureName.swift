/// Which names a split and a representation may have: writers and readers of a feature file ask here.
///
/// Names become names of files where a file is exported, and are shown to people.
enum FeatureName {
  /// Names of a split's data sets that are no representations.
  static let reserved: Set<String> = ["labels", "ids"]

  /// Whether a split or a representation may have this name.
  static func isPossible(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".")
      && name.unicodeScalars.allSatisfy { $0 != "/" && $0.properties.generalCategory != .control }
  }
}
