public import MVCore
public import MVImaging

/// Published networks by name: the structure of each, and what was done to images before it.
///
/// It holds no weights; a file of them is read into the structure. ``standard`` holds those that this package is held
/// against; another program adds its own:
///
///     let catalogue = try NetworkCatalogue.standard.adding(mine)
///     let architecture = try catalogue.entry(named: "dinov2_vits14").architecture
public struct NetworkCatalogue: Sendable {
  /// The networks, in the order of the documentation.
  public let entries: [Entry]

  /// Creates a catalogue without networks; ``standard`` has those of this package.
  public init() { entries = [] }

  init(_ entries: [Entry]) { self.entries = entries }

  /// A published network.
  public struct Entry: Hashable, Sendable {
    /// The name in this package, for example `dinov2-vits14`.
    public var name: String
    /// The names that others gave it: timm's, torchvision's, open_clip's, Hugging Face's, those of torch hub.
    public var aliases: [String]
    /// The structure, with the classifier or the projection that was published with it.
    public var architecture: NetworkArchitecture
    /// What is done to an image before the network.
    public var preprocessing: Preprocessing
    /// The package whose code the structure is held against.
    public var peer: String

    /// Describes a network of another program.
    public init(
      name: String, aliases: [String] = [], architecture: NetworkArchitecture, preprocessing: Preprocessing,
      peer: String
    ) {
      self.name = name
      self.aliases = aliases
      self.architecture = architecture
      self.preprocessing = preprocessing
      self.peer = peer
    }

    /// The name and the aliases.
    var names: [String] { [name] + aliases }
  }

  /// Returns the catalogue with one network more; throws a usage error where one of its names is taken.
  public func adding(_ entry: Entry) throws(MVError) -> NetworkCatalogue {
    for name in entry.names {
      if let other = found(name) {
        throw .usage("network \(name)", "is in the catalogue already, as \(other.name)", remedy: "give it another name")
      }
    }
    return NetworkCatalogue(entries + [entry])
  }

  /// The network of a name or an alias; capitals make no difference.
  ///
  /// Throws a usage error with the nearest name and all names where there is none.
  public func entry(named name: String) throws(MVError) -> Entry {
    if let entry = found(name) { return entry }
    let hint = NearestName.hint(for: name, among: entries.flatMap(\.names))
    throw .usage(
      "network \(name)", "does not exist",
      remedy: hint + "there are \(entries.map(\.name).joined(separator: ", "))")
  }

  /// The published networks of a structure, whatever their classifiers.
  public func entries(of architecture: NetworkArchitecture) -> [Entry] {
    entries.filter { $0.architecture.withoutClassifier == architecture.withoutClassifier }
  }

  private func found(_ name: String) -> Entry? {
    let wanted = name.lowercased()
    return entries.first { $0.names.contains { $0.lowercased() == wanted } }
  }
}
