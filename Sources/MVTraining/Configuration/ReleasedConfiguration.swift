public import Foundation
public import MVCore
internal import MVImaging
internal import MVRepresentations
public import MVYAML

/// A YAML file of the released code (vkinakh/mv-mr, commit 7136f70), translated key by key.
///
/// Such a file is recognized by its mappings `dataset`, with a `name`, and `encoder`, with an `out_dim`. No key is
/// ignored silently: each is in ``rows``, or is an error that names its line.
public struct ReleasedConfiguration: Sendable {
  /// The translation of one key.
  public struct Row: Hashable, Sendable {
    /// The key with dots, for example `encoder.out_dim`.
    public let key: String
    /// The value in the file; `absent` where the file lacks the key and the released code has a default.
    public let value: String
    /// The settings that it sets here; empty where it is ignored.
    public let becomes: String
    /// The reason why it is ignored, or what differs here.
    public let remark: String
  }

  /// The kinds of training that such files describe.
  public enum Kind: String, Hashable, Sendable {
    /// Self-supervised training: `main_self_supervised.py`.
    case selfSupervised = "self-supervised"
    /// Distillation of CLIP: `main_clip_self_supervised.py`.
    case distillation
    /// Fine-tuning on a part of the labels: `main_semi_supervised.py`.
    case semiSupervised = "semi-supervised"
    /// A linear classifier on VOC07: `main_voc.py`.
    case voc
  }

  /// The kind of training that the file describes.
  public internal(set) var kind = Kind.selfSupervised
  /// The translation of each key, in the order of the file.
  public internal(set) var rows: [Row] = []
  /// The configuration of this package that corresponds to the file.
  public internal(set) var configuration = TrainingConfiguration()
  /// The reason why no run can be made from this file; nil where one can.
  public internal(set) var obstacle: MVError?

  /// The command that does what a file of an evaluation is for, where `run` is a trained run; nil for other files.
  ///
  /// Where the file does not say where the images are, they are at `DIR`.
  public internal(set) var evaluationCommand: String?
  /// The name of the data set that the file is for, as its `dataset.name` gives it.
  public var datasetName: String { text("dataset.name") ?? "" }

  let file: String
  var nodes: [(key: String, node: YAMLNode)]
  var taken: Set<String> = []

  /// Whether a document is a configuration of the released code.
  public static func recognizes(_ root: YAMLNode) -> Bool {
    func holds(_ key: String, _ inner: String) -> Bool {
      guard let entries = try? root.entries(), let value = entries.first(where: { $0.name == key })?.value,
        case .mapping(let inside) = value.content
      else { return false }
      return inside.contains { $0.name == inner }
    }
    return holds("dataset", "name") && holds("encoder", "out_dim")
  }

  /// Reads a file; throws as ``init(_:)`` does, and where the file is missing or is not YAML.
  public init(contentsOf url: URL) throws(MVError) { try self.init(YAMLNode(contentsOf: url)) }

  /// Reads a document; the CLIP model of a distillation becomes a role, the teacher `clip` without a file.
  ///
  /// Throws, naming the line, for keys and values that the released code does not know, and for keys that would change
  /// the result and cannot be followed.
  public init(_ root: YAMLNode) throws(MVError) {
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
    case .distillation: try readTeacher()
    case .semiSupervised: try readEvaluation("training a classifier on a part of the labels of a trained run")
    case .voc: try readEvaluation("a linear probe of a trained run on VOC07")
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
