/// Which representations are in the loss.
public enum RepresentationSelection: Hashable, Sendable {
  /// Every one that is given.
  case all
  /// None.
  case none
  /// These, in this order.
  case named([String])

  /// Whether the representation `name` is among them.
  public func includes(_ name: String) -> Bool {
    switch self {
    case .all: true
    case .none: false
    case .named(let names): names.contains(name)
    }
  }
}
