public import Foundation
public import MVCore
public import MVImaging
internal import MVWeights

/// A network in files of weights: what it is, its weights under canonical names, and how it wants its images.
///
/// Known are the names of torchvision, timm, open_clip, OpenAI's CLIP, Hugging Face's transformers, DINO, DINOv2,
/// and of the programs that train such networks (MoCo, solo-learn, lightly, the released MV-MR, this package),
/// whatever wraps them. Nothing in a file is executed.
///
/// ```swift
/// let file = try NetworkFile(contentsOf: URL(filePath: "dinov2_vits14_reg4_pretrain.pth"))
/// print(file.architecture, file.preprocessing.framing, file.leftOut)
/// ```
public struct NetworkFile: Sendable {
  /// The file that was read; an index where the network lies in parts.
  public let url: URL
  /// The structure, read off names and shapes.
  public let architecture: NetworkArchitecture
  /// How the file names its tensors.
  public let naming: NetworkNaming
  /// Under which name the network lies in the file; empty where nothing wraps it.
  public let part: String
  /// Its tensors, by canonical name.
  public let weights: [String: NetworkWeight]
  /// How it wants its images.
  public let preprocessing: Preprocessing
  /// Whether the file says so, or one beside it; otherwise it is what such networks usually expect.
  public let knowsPreprocessing: Bool
  /// The name that its publisher gave it, where a file beside it says so.
  public let title: String?
  /// What was chosen, and from where things are known that the weights do not tell, for people.
  public let notes: [String]
  /// What the file holds beside the network, for people.
  public let leftOut: [String]

  /// Whether it is an archive of CLIP as OpenAI publishes it, which alone holds three numbers beside both towers.
  package let isArchiveOfOpenAI: Bool

  /// The published network that it was said to be; nil where nothing was said.
  let published: NetworkCatalogue.Entry?

  /// Whether the network's classifier is there.
  public var hasClassifier: Bool { architecture.classes > 0 }

  /// Reads what a file is, without its values: a file of weights, the index of several, or a folder of Hugging Face's.
  ///
  /// Throws where there is none, it cannot be read, it is no network that is known, or names and shapes of its
  /// tensors are not those of the network that it is otherwise, or is said to be: all that differ are counted, the
  /// first few named.
  public init(contentsOf place: URL, _ settings: NetworkSettings = NetworkSettings()) throws(MVError) {
    let published = try settings.network.isEmpty ? nil : NetworkCatalogue.standard.entry(named: settings.network)
    self.published = published
    let files = try WeightCollection(at: place)
    url = files.url
    let path = files.url.path
    let candidates = NetworkCandidate.all(in: Set(files.tensors.keys))
    guard let network = try NetworkCandidate.chosen(among: candidates, part: settings.part, of: path) else {
      throw NearestNetwork.error(for: files.tensors.mapValues(\.shape), path: path)
    }
    var canonical = try CanonicalWeights(network, of: files.tensors, others: candidates, path: path)
    canonical.leaveOutHeads()
    try canonical.takeProjection(path)
    let description = try NetworkDescription(beside: files.folder)
    let checkpoint = try CheckpointFacts(files.facts, of: path)
    let facts =
      published.map { NetworkFacts(settings, $0) }
      ?? NetworkFacts(settings, description, of: canonical, tensors: files.tensors, checkpoint: checkpoint)
    let shapes = canonical.weights.mapValues(\.shape)
    try published?.check(shapes, path)
    architecture = try ArchitectureRecognition(shapes: shapes, naming: network.naming, facts: facts, path: path)
      .architecture()
    try LayoutComparison(of: architecture, with: shapes).check(path)
    naming = network.naming
    isArchiveOfOpenAI = NetworkFacts.isArchiveOfOpenAI(files.tensors, network.naming)
    part = network.root.isEmpty ? "" : network.title
    weights = canonical.weights
    let usual = Preprocessing.usual(for: architecture, naming: network.naming)
    var said = published?.preprocessing ?? checkpoint?.preprocessing
    if said == nil { said = try description.preprocessing(usual: usual) }
    preprocessing = said ?? usual
    knowsPreprocessing = said != nil
    title = description.title
    leftOut = canonical.leftOut
    var notes = files.notes
    if candidates.count > 1 {
      let others = candidates.filter { $0 != network }.map(\.title)
      notes.append("\(network.title) was read, not \(others.joined(separator: ", ")): part=NAME chooses")
    }
    if published == nil, !description.files.isEmpty {
      notes.append("\(description.files.joined(separator: ", ")) beside it was read")
    }
    self.notes = notes + facts.notes
  }

  /// The network with these weights.
  ///
  /// Throws where a weight is not finite, counting all that are not, or where there is not enough memory.
  package func backbone(channelsLast: Bool = true) throws(MVError) -> any Backbone {
    let backbone = try architecture.backbone(seed: nil, channelsLast: channelsLast)
    try load(into: backbone)
    return backbone
  }

  /// Gives a network the weights of this file, which may hold more than those.
  ///
  /// Throws where a weight is not finite, counting all that are not.
  func load(into backbone: any Backbone) throws(MVError) {
    var bad: [String] = []
    for item in backbone.state {
      guard let weight = weights[item.name], weight.shape == item.tensor.shape else {
        throw .internalFault(item.name, "of a network is not in its own list of tensors")
      }
      let values: [Float]
      do throws(MVError) { values = try weight.values() } catch {
        throw error.with(subject: "\(url.path), \(item.name)")
      }
      if !values.allSatisfy(\.isFinite) { bad.append(item.name) }
      try item.tensor.assign(values)
    }
    try checkFinite(bad)
  }

  /// Throws where there are names of tensors whose values are not finite.
  func checkFinite(_ bad: [String]) throws(MVError) {
    guard !bad.isEmpty else { return }
    throw .badData(
      url.path, "holds values that are not finite in \(FewNames.text(bad))", remedy: "download or train it again")
  }
}

extension NetworkCatalogue.Entry {
  /// Throws where tensors of these shapes are not this network's; a classifier or a projection may be another or none.
  fileprivate func check(_ shapes: [String: [Int]], _ path: String) throws(MVError) {
    func isHead(_ name: String) -> Bool {
      name == "proj" || ["head.", "head_dist.", "fc."].contains(where: name.hasPrefix)
    }
    let layout = architecture.layout.filter { !isHead($0.name) }
    guard let words = LayoutComparison(layout, shapes.filter { !isHead($0.key) }).words else { return }
    throw .usage(
      "network=\(name)", "is not what \(path) holds: it \(words)",
      remedy: "leave network out, or see what the file is: mvmr networks FILE")
  }
}
