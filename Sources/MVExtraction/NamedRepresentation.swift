internal import MVCore
public import MVRepresentations

/// A representation, and the name under which a feature file stores it.
public struct NamedRepresentation: Sendable {
  /// The name in the file, for example `scattering-j3`.
  public var name: String
  /// The representation with its settings.
  public var representation: any Representation

  /// Names a representation; without `name` it has the name of its kind.
  public init(_ representation: any Representation, as name: String? = nil) {
    self.name = name ?? type(of: representation).name
    self.representation = representation
  }
}
