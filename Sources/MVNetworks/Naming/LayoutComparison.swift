internal import MVCore

/// How the tensors of a file differ from those of an architecture.
struct LayoutComparison {
  let missing: [String]
  let extra: [String]
  let misshapen: [String]
  /// The number of tensors of the architecture that are there as they should be.
  let fitting: Int

  init(of architecture: NetworkArchitecture, with shapes: [String: [Int]]) {
    self.init(architecture.layout, shapes)
  }

  init(_ layout: [(name: String, shape: [Int])], _ shapes: [String: [Int]]) {
    let names = Set(layout.map(\.name))
    missing = layout.map(\.name).filter { shapes[$0] == nil }
    extra = shapes.keys.filter { !names.contains($0) }.sorted { $0.numberedOrder < $1.numberedOrder }
    misshapen = layout.compactMap { entry in
      guard let shape = shapes[entry.name], shape != entry.shape else { return nil }
      return "\(entry.name) of \(shape) instead of \(entry.shape)"
    }
    fitting = layout.count - missing.count - misshapen.count
  }

  /// The share of tensors of both that fit; one that fits by its name alone counts half.
  var likeness: Double {
    let all = fitting + missing.count + extra.count + misshapen.count
    return (Double(fitting) + Double(misshapen.count) / 2) / Double(max(1, all))
  }

  /// What differs, in words; nil where nothing does.
  var words: String? { words([("lacks", missing), ("holds beside it", extra), ("has", misshapen)]) }

  /// What differs from a network that it is not, in words: its shapes are others anyhow.
  var wordsOfNames: String? { words([("lacks", missing), ("holds beside it", extra)]) }

  private func words(_ parts: [(String, [String])]) -> String? {
    let parts = parts.filter { !$0.1.isEmpty }
    return parts.isEmpty ? nil : parts.map { "\($0.0) \(FewNames.text($0.1))" }.joined(separator: ", ")
  }

  /// Throws where anything differs.
  func check(_ path: String) throws(MVError) {
    guard let words else { return }
    throw .badData(path, words, remedy: "download it again, or see which networks are known: mvmr networks")
  }
}

/// The first few of many names, and how many more there are.
enum FewNames {
  static func text(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count <= 3 ? shown : "\(shown) and \(names.count - 3) more"
  }
}

extension String {
  /// Numbers within a name by their value, so that `layer1.10` stands after `layer1.9`.
  var numberedOrder: NumberedName { NumberedName(self) }
}

/// A name by which names with numbers in them are sorted.
struct NumberedName: Comparable {
  private let parts: [Substring]

  init(_ text: String) { parts = text.split(separator: ".") }

  static func < (one: NumberedName, two: NumberedName) -> Bool {
    for (left, right) in zip(one.parts, two.parts) where left != right {
      if let left = Int(left), let right = Int(right) { return left < right }
      return left < right
    }
    return one.parts.count < two.parts.count
  }
}
