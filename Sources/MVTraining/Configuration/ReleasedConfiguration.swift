public import Foundation
public import MVCore
internal import MVImaging
internal import MVRepresentations
public import MVYAML

/// A YAML file of the released code (vkinakh/mv-mr, commit 7136f70), key by key in the terms of this package.
///
/// Such a file is known by its mappings `dataset`, with a `name`, and `encoder`, with an `out_dim`. No key is passed over: each
/// is in ``rows``, or is an error that names its line.
public struct ReleasedConfiguration: Sendable {
  /// What became of one key.
  public struct Row: Hashable, Sendable {
    /// The key, dotted.
    public let key: String
    /// Its value as it stands there; `absent` where the file has it not and the released code has a default.
    public let value: String
    /// The settings it sets here; empty where it is ignored.
    public let becomes: String
    /// Why it is ignored, or what is not the same.
    public let remark: String
  }

  /// What the file trains.
  public enum Kind: String, Hashable, Sendable {
    /// `main_self_supervised.py`.
    case selfSupervised = "self-supervised"
    /// `main_clip_self_supervised.py`.
    case distillation
    /// `main_semi_supervised.py`: fine-tuning on a part of the labels.
    case semiSupervised = "semi-supervised"
    /// `main_voc.py`: a linear classifier on VOC07.
    case voc
  }

  /// What the file trains.
  public internal(set) var kind = Kind.selfSupervised
  /// What became of each key, in the order of the file.
  public internal(set) var rows: [Row] = []
  /// The run as this package does it.
  public internal(set) var configuration = TrainingConfiguration()
  /// Why the run cannot be made from this file; nil where it can.
  public internal(set) var obstacle: MVError?

  /// The data set that it is for, by the name that sources of it begin with.
  public var datasetName: String { text("dataset.name") ?? "" }

  let file: String
  var nodes: [(key: String, node: YAMLNode)]
  var taken: Set<String> = []

  /// Whether a document is of the released code.
  public static func recognizes(_ root: YAMLNode) -> Bool {
    func holds(_ key: String, _ inner: String) -> Bool {
      guard let entries = try? root.entries(), let value = entries.first(where: { $0.name == key })?.value,
        case .mapping(let inside) = value.content
      else { return false }
      return inside.contains { $0.name == inner }
    }
    return holds("dataset", "name") && holds("encoder", "out_dim")
  }

  /// Reads a file.
  public init(contentsOf url: URL, teacher: String? = nil) throws(MVError) {
    try self.init(YAMLNode(contentsOf: url), teacher: teacher)
  }

  /// Reads a document; `teacher` is the TorchScript file that stands for its CLIP model.
  ///
  /// Throws, naming the line, for keys that the released code has not, values it does not know, and keys that would change
  /// the result and cannot be honoured.
  public init(_ root: YAMLNode, teacher: String? = nil) throws(MVError) {
    file = root.file
    nodes = try root.flattened(nulls: true)
    if nodes.contains(where: { $0.key.hasPrefix("clip.") }) {
      kind = .distillation
    } else if nodes.contains(where: { $0.key == "dataset.percentage" }) {
      kind = .semiSupervised
    } else if text("dataset.name") == "voc" || nodes.contains(where: { $0.key == "num_classes" }) {
      kind = .voc
    }
    try readRun()
    try readOptimization()
    try readDataset()
    try readEncoder()
    switch kind {
    case .selfSupervised: try readRepresentations()
    case .distillation: try readTeacher(teacher)
    case .semiSupervised:
      try readEvaluation(
        "train an encoder by another file; `mvmr --help` lists the evaluations of one", "semi-supervised evaluation")
    case .voc:
      try readEvaluation(
        "use mvmr embed RUN voc07:DIR --output voc.h5, then mvmr probe voc.h5 --representation embedding",
        "a linear probe on VOC07")
    }
    for (key, node) in nodes where !taken.contains(key) {
      throw .usage(node.place, "\(key) is not a key of the released code", remedy: "remove it, or correct its name")
    }
    let order = Dictionary(nodes.enumerated().map { ($1.key, $0) }) { first, _ in first }
    rows = rows.enumerated().sorted {
      (order[$0.element.key] ?? nodes.count, $0.offset) < (order[$1.element.key] ?? nodes.count, $1.offset)
    }.map(\.element)
  }
}
