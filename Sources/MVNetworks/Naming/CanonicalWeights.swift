internal import MVCore
internal import MVWeights

/// The tensors of one network of a file under their canonical names, and what else the file holds.
struct CanonicalWeights {
  /// The network that was taken.
  let network: NetworkCandidate
  /// Its tensors by canonical name; one that no rule knows keeps its own name.
  private(set) var weights: [String: NetworkWeight] = [:]
  /// What was left out: a name with what it is, or a group of names with their number, for people.
  private(set) var leftOut: [String] = []
  private var unused: [String] = []

  private struct Part {
    let index: Int
    let count: Int
    let source: String
    let tensor: WeightTensor
  }

  /// Sorts the tensors of a file; throws where parts of one tensor are missing or do not fit together.
  init(
    _ network: NetworkCandidate, of tensors: [String: WeightTensor], others: [NetworkCandidate], path: String
  ) throws(MVError) {
    self.network = network
    let rules = network.naming.rules
    let numbers = network.naming == .numberedResidual ? Self.stages(under: network.root, of: tensors) : [:]
    var parts: [String: [Part]] = [:]
    var beside: [String: WeightTensor] = [:]
    for (source, tensor) in tensors {
      guard source.hasPrefix(network.root) else {
        beside[source] = tensor
        continue
      }
      var name = source.dropFirst(network.root.count).split(separator: ".")
      if let number = name.first, let stage = numbers[number] { name[0] = Substring(stage) }
      if network.naming == .timm { name = Self.withoutChunk(name) }
      if name.last == "num_batches_tracked" {
        unused.append(source)
        continue
      }
      let place = rules.lazy.compactMap { $0.place(of: name) }.first ?? .whole(name.joined(separator: "."))
      take(place, source, tensor, &parts)
    }
    for (source, tensor) in beside {
      let places = network.outerRoots.lazy.filter(source.hasPrefix).compactMap { root in
        network.naming.rulesBeside.lazy.compactMap {
          $0.place(of: source.dropFirst(root.count).split(separator: "."))
        }.first
      }
      if let place = places.first {
        take(place, source, tensor, &parts)
        beside[source] = nil
      }
    }
    try join(parts, path)
    takeClassifier(of: &beside)
    leaveOut(Array(beside.keys), others: others)
  }

  private mutating func take(
    _ place: NamingRule.Place, _ source: String, _ tensor: WeightTensor, _ parts: inout [String: [Part]]
  ) {
    switch place {
    case .whole(let name):
      // Tokens and positions are for every image of a batch: 1 x tokens x width.
      let rank = ["cls_token", "dist_token", "reg_token", "pos_embed"].contains(name) ? 3 : 0
      weights[name] = NetworkWeight(tensor, source: source, rank: rank)
    case .transposed(let name): weights[name] = NetworkWeight(transposing: tensor, source: source)
    case .part(let name, let index, let count):
      parts[name, default: []].append(Part(index: index, count: count, source: source, tensor: tensor))
    case .unused: unused.append(source)
    }
  }

  private mutating func join(_ parts: [String: [Part]], _ path: String) throws(MVError) {
    for (name, found) in parts.sorted(by: { $0.key < $1.key }) {
      let sorted = found.sorted { $0.index < $1.index }
      guard sorted.map(\.index) == Array(0..<sorted[0].count),
        let joined = NetworkWeight(joining: sorted.map { ($0.source, $0.tensor) })
      else {
        throw .badData(
          path, "holds \(sorted.map(\.source).joined(separator: ", ")), which are not all the parts of \(name)",
          remedy: "download it again")
      }
      weights[name] = joined
    }
  }

  /// Stages of a residual network by the numbers of a sequence, `layer1` the first that holds blocks.
  private static func stages(under root: String, of tensors: [String: WeightTensor]) -> [Substring: String] {
    let numbers = Set(
      tensors.keys.compactMap { name -> Int? in
        guard name.hasPrefix(root), name.hasSuffix(".0.conv1.weight") else { return nil }
        return Int(name.dropFirst(root.count).dropLast(".0.conv1.weight".count))
      }
    ).sorted()
    var names: [Substring: String] = ["0": "conv1", "1": "bn1"]
    for (stage, number) in numbers.enumerated() { names[Substring("\(number)")] = "layer\(stage + 1)" }
    return names
  }

  /// DINOv2 trains in chunks of blocks, `blocks.CHUNK.BLOCK`; the block counts on through the chunks.
  private static func withoutChunk(_ name: [Substring]) -> [Substring] {
    guard name.count > 3, name[0] == "blocks", name[1].allSatisfy(\.isWholeNumber), name[2].allSatisfy(\.isWholeNumber)
    else { return name }
    return [name[0]] + name[2...]
  }

  // MARK: Classifiers

  /// Names of layers that a classifier beside a network has.
  private static let classifiers = [
    "classifier", "online_finetuner", "online_classifier", "linear", "linear_head", "fc", "head",
  ]

  /// Takes the classifier that stands beside the network, where there is one linear layer on its features.
  private mutating func takeClassifier(of beside: inout [String: WeightTensor]) {
    let own = network.naming.classifier
    guard weights["\(own).weight"] == nil else { return }
    let columns = featureCount
    for root in network.outerRoots {
      for group in Self.classifiers {
        let names = beside.keys.filter { $0.hasPrefix("\(root)\(group).") }
        let matrices = names.filter { beside[$0]?.shape.count == 2 }
        guard names.count <= 2, matrices.count == 1, let matrix = matrices.first, let weight = beside[matrix],
          weight.shape[1] == columns
        else { continue }
        let bias = names.first { beside[$0]?.shape == [weight.shape[0]] }
        guard names.count == 1 || bias != nil else { continue }
        weights["\(own).weight"] = NetworkWeight(weight, source: matrix)
        beside[matrix] = nil
        if let bias, let tensor = beside[bias] {
          weights["\(own).bias"] = NetworkWeight(tensor, source: bias)
          beside[bias] = nil
        }
        return
      }
    }
  }

  /// The columns of the network's features, as far as its tensors say.
  private var featureCount: Int? {
    if let patch = weights["patch_embed.proj.weight"] { return patch.shape.first }
    let last = weights.keys.filter { $0.hasPrefix("layer") && $0.contains(".conv") && $0.hasSuffix(".weight") }
    return last.max { $0.numberedOrder < $1.numberedOrder }.flatMap { weights[$0]?.shape.first }
  }

  /// Leaves out what stands in the place of the classifier and is none: the projection of self-supervised training.
  mutating func leaveOutHeads() {
    let group = network.naming.classifier
    let names = weights.keys.filter { $0.hasPrefix("\(group).") }
    let isClassifier = weights["\(group).weight"]?.shape.count == 2 && names.count <= 2
    // MoCo's encoders call theirs as torchvision calls a classifier.
    let isProjection = ["encoder_q", "encoder_k", "base_encoder", "momentum_encoder"].contains {
      network.root.split(separator: ".").map(String.init).contains($0)
    }
    guard !names.isEmpty, !isClassifier || isProjection else { return }
    for name in names { weights[name] = nil }
    leftOut.append("\(group), a projection for training (\(Self.tensors(names.count)))")
  }

  /// Takes CLIP's projection out of the place of the classifier, where timm keeps it with a bias of zeros.
  ///
  /// A classifier that was trained in its place has a bias. Throws where the bias cannot be read.
  mutating func takeProjection(_ path: String) throws(MVError) {
    guard network.naming == .timm, weights["norm_pre.weight"] != nil, weights["proj"] == nil,
      let matrix = weights["head.weight"], matrix.shape.count == 2
    else { return }
    if let bias = weights["head.bias"] {
      let values: [Float]
      do throws(MVError) { values = try bias.values() } catch { throw error.with(subject: "\(path), head.bias") }
      guard values.allSatisfy({ $0 == 0 }) else { return }
    }
    weights["head.weight"] = nil
    weights["head.bias"] = nil
    weights["proj"] = matrix.transposed
  }

  // MARK: What is left out

  private mutating func leaveOut(_ names: [String], others: [NetworkCandidate]) {
    var groups: [String: Int] = [:]
    for name in names {
      let other = others.first { $0 != network && !$0.root.isEmpty && name.hasPrefix($0.root) }
      groups[other?.title ?? group(of: name), default: 0] += 1
    }
    leftOut += groups.sorted { $0.key < $1.key }.map { "\($0.key) (\(Self.tensors($0.value)))" }
    let counters = unused.filter { $0.hasSuffix("num_batches_tracked") }.count
    if counters > 0 { leftOut.append("num_batches_tracked (\(Self.tensors(counters)))") }
    leftOut += unused.filter { !$0.hasSuffix("num_batches_tracked") }.sorted()
  }

  /// The name up to where it parts from the network's own, and one component more.
  private func group(of name: String) -> String {
    let parts = name.split(separator: ".")
    let own = network.root.split(separator: ".")
    let shared = zip(parts, own).prefix { $0 == $1 }.count
    return parts.prefix(shared + 1).joined(separator: ".")
  }

  private static func tensors(_ count: Int) -> String { "\(count) tensor\(count == 1 ? "" : "s")" }
}
