internal import MVCore
public import MVRepresentations

/// A representation and the name under which a feature file stores it.
public struct NamedRepresentation: Sendable {
  /// For example `scattering-j3`.
  public var name: String
  /// The representation with its settings.
  public var representation: any Representation

  /// Names a representation; by its own name where none is given.
  public init(_ representation: any Representation, as name: String? = nil) {
    self.name = name ?? type(of: representation).name
    self.representation = representation
  }
}
