internal import MVCore

/// A network found among the tensors of a file: under which name it lies, and how its tensors are called.
struct NetworkCandidate: Hashable {
  /// What stands before every name of its tensors, with the dot; empty where nothing does.
  let root: String
  let naming: NetworkNaming

  /// How a network stands to others of the same file, the one that is scored first.
  private enum Role: Int, Comparable {
    /// The average of the networks that were trained, which DINO, DINOv2 and iBOT publish.
    case teacher
    /// Another average of weights, beside the weights themselves.
    case average
    /// The network that was trained, where nothing says more.
    case own
    /// The network that chases a teacher or is averaged for one: a student, a key encoder, a target.
    case other

    static func < (one: Role, two: Role) -> Bool { one.rawValue < two.rawValue }

    /// Words that parts of names contain.
    private static let words: [(role: Role, words: [String])] = [
      (.other, ["student", "momentum", "encoder_k", "key_encoder", "target"]), (.teacher, ["teacher"]),
      (.average, ["ema"]),
    ]

    init(root: String) {
      let parts = root.lowercased().split(separator: ".")
      self =
        Self.words.first { entry in
          parts.contains { part in
            entry.words.contains { $0 == "ema" ? part.split(separator: "_").contains("ema") : part.contains($0) }
          }
        }?.role ?? .own
    }
  }

  /// Every network among `names`, the one that is scored first.
  static func all(in names: Set<String>) -> [NetworkCandidate] {
    var found: Set<NetworkCandidate> = []
    for name in names where !name.hasPrefix("optimizer") {
      for naming in NetworkNaming.allCases {
        guard name.hasSuffix(naming.anchor) else { continue }
        let root = String(name.dropLast(naming.anchor.count))
        guard root.isEmpty || root.hasSuffix("."), naming.isAt(root, has: names.contains) else { continue }
        found.insert(NetworkCandidate(root: root, naming: naming))
      }
    }
    return found.sorted {
      let (one, two) = (Role(root: $0.root), Role(root: $1.root))
      return one != two ? one < two : ($0.root.count, $0.root) < ($1.root.count, $1.root)
    }
  }

  /// The one that is read: the first, or the one that lies under `part`.
  ///
  /// Throws a usage error that lists what there is where none does.
  static func chosen(
    among all: [NetworkCandidate], part: String, of path: String
  ) throws(MVError) -> NetworkCandidate? {
    guard !part.isEmpty else { return all.first }
    let wanted = part.split(separator: ".").joined(separator: ".") + "."
    // The innermost network under the name that was given, however deep its wrappers are.
    if let found = all.first(where: { $0.root == wanted }) { return found }
    if let found = all.first(where: { $0.root.hasPrefix(wanted) || $0.root.hasSuffix(".\(wanted)") }) { return found }
    if let found = all.first(where: { $0.root.contains(".\(wanted)") }) { return found }
    throw .usage(
      "\(path), part \(part)", "is no network of the file",
      remedy: all.isEmpty ? "it has none that is known" : "it has \(all.map(\.title).joined(separator: ", "))")
  }

  /// What it is called, for people.
  var title: String { root.isEmpty ? "the network" : String(root.dropLast()) }

  /// The roots that it lies in, the nearest first, without its own: `a.b.` and `a.` and nothing for `a.b.c.`.
  var outerRoots: [String] {
    var parts = root.split(separator: ".")
    var roots: [String] = []
    while !parts.isEmpty {
      parts.removeLast()
      roots.append(parts.isEmpty ? "" : parts.joined(separator: ".") + ".")
    }
    return roots
  }
}
