internal import MVCore

/// What is said of a file whose network is not known: which are nearest, and what differs.
enum NearestNetwork {
  /// The error for a file with tensors of these names and shapes.
  static func error(for shapes: [String: [Int]], path: String) -> MVError {
    guard !shapes.isEmpty else {
      return .badData(path, "holds no tensors", remedy: "save the network's state_dict")
    }
    let own = withoutWrappers(shapes.filter { !$0.key.hasSuffix("num_batches_tracked") })
    let all = NetworkCatalogue.standard.entries.map { entry in
      (name: entry.name, comparison: LayoutComparison(of: entry.architecture, with: own))
    }.sorted { $0.comparison.likeness > $1.comparison.likeness }
    let best = all.prefix(3).filter { $0.comparison.likeness > 0.1 }
    guard let nearest = best.first else {
      let names = own.keys.sorted { $0.numberedOrder < $1.numberedOrder }
      return .badData(
        path, "is of no architecture that is known: it holds \(FewNames.text(names))",
        remedy: "see mvmr networks, or give the network as TorchScript")
    }
    let others = best.dropFirst().map(\.name)
    let more = others.isEmpty ? "" : ", then \(others.joined(separator: ", "))"
    return .badData(
      path,
      "is of no architecture that is known: nearest is \(nearest.name)\(more); of \(nearest.name) it "
        + (nearest.comparison.wordsOfNames ?? "has the names, with other shapes"),
      remedy: "see mvmr networks, or give the network as TorchScript")
  }

  /// The names without what stands before all of them.
  private static func withoutWrappers(_ shapes: [String: [Int]]) -> [String: [Int]] {
    var named = shapes
    while let first = named.keys.first, let dot = first.firstIndex(of: "."),
      named.keys.allSatisfy({ $0.hasPrefix(first[...dot]) })
    {
      let count = first.distance(from: first.startIndex, to: dot) + 1
      named = Dictionary(named.map { (String($0.key.dropFirst(count)), $0.value) }) { $1 }
    }
    return named
  }
}
