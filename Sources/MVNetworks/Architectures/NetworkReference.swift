internal import MVCore
internal import MVFiles

/// A network that a setting refers to: one of the catalogue by its name, or any other by its structure.
///
/// As text it is the name, or the structure as JSON, so that a checkpoint alone is enough to make the network again.
public enum NetworkReference: Hashable, Sendable, CustomStringConvertible {
  /// A network of ``NetworkCatalogue/standard``, by the name that it has there.
  case published(String)
  /// A network of this structure.
  case structure(NetworkArchitecture)

  /// Reads what ``description`` writes, and the other names of a published network; nil for anything else.
  public init?(_ text: String) {
    if let entry = try? NetworkCatalogue.standard.entry(named: text) {
      self = .published(entry.name)
    } else if text.hasPrefix("{"), let made = CanonicalJSON.value(NetworkArchitecture.self, from: text) {
      self = .structure(made)
    } else {
      return nil
    }
  }

  /// Refers to a structure without its heads: by the name of a published network that has it, where there is one.
  public init(to architecture: NetworkArchitecture) {
    let wanted = architecture.withoutHeads
    let known = NetworkCatalogue.standard.entries.first { $0.architecture.withoutHeads == wanted }
    self = known.map { .published($0.name) } ?? .structure(wanted)
  }

  /// The name, or the structure as JSON.
  public var description: String {
    switch self {
    case .published(let name): name
    case .structure(let architecture): CanonicalJSON.text(architecture)
    }
  }

  /// The structure without its heads; nil where the catalogue has no such name.
  public var architecture: NetworkArchitecture? {
    switch self {
    case .published(let name): (try? NetworkCatalogue.standard.entry(named: name))?.architecture.withoutHeads
    case .structure(let architecture): architecture.withoutHeads
    }
  }

  /// What it is in a few words, for people.
  public var words: String {
    switch self {
    case .published(let name): name
    case .structure(let architecture): architecture.words
    }
  }
}
