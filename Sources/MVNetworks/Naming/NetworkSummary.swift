internal import Foundation
internal import MVCore
internal import MVImaging
internal import MVWeights

/// What a network is, as `mvmr networks` prints it.
public struct NetworkSummary: Encodable, Sendable {
  /// How images are brought to the network.
  public struct Input: Encodable, Sendable {
    /// The shorter side of the images that it sees, in pixels.
    public let side: Int
    /// Their height.
    public let height: Int
    /// Their width.
    public let width: Int
    /// What the shorter side is scaled to before the cut, or both sides where images are stretched.
    ///
    /// It is nil where images are scaled to just cover what is no square, or to be it.
    public let resize: Int?
    /// Whether images are scaled to a square, whatever their proportions.
    public let stretched: Bool
    /// How pixels are weighted when the image is scaled.
    public let interpolation: String
    /// The mean of each channel of values 0...1.
    public let mean: [Float]
    /// The standard deviation of each channel of values 0...1.
    public let std: [Float]

    init(_ published: Preprocessing) {
      (height, width) = (published.framing.size.height, published.framing.size.width)
      side = min(height, width)
      resize = published.framing.resize ?? (height == width ? side : nil)
      stretched = published.framing.stretches
      interpolation = published.framing.interpolation.rawValue
      mean = published.mean
      std = published.deviation
    }
  }

  /// An output that features can be taken from.
  public struct Output: Encodable, Sendable {
    /// What a person writes for it.
    public let layer: String
    /// Its number of columns.
    public let columns: Int
  }

  /// The names in the catalogue of networks of this structure.
  public let names: [String]
  /// The structure in words.
  public let architecture: String
  /// The number of trained values.
  public let parameters: Int
  /// The number of classes of its own classifier; 0 without one.
  public let classes: Int
  /// How images are brought to it.
  public let input: Input
  /// The outputs that features can be taken from, the usual one first.
  public let outputs: [Output]
  /// What is known of the file; nil of an entry of the catalogue.
  public let file: File?

  /// What is known of a file.
  public struct File: Encodable, Sendable {
    /// Where it is.
    public let path: String
    /// The name that its publisher gave the network, where one beside it says so.
    public let title: String?
    /// How it names tensors.
    public let naming: String
    /// Under which name the network lies in it; empty where nothing wraps it.
    public let part: String
    /// The type of the values, the most frequent first.
    public let types: [String]
    /// Whether the file or one beside it says how images are brought to it.
    public let knowsInput: Bool
    /// What was chosen, and where things come from that the weights do not tell.
    public let notes: [String]
    /// What the file holds beside the network.
    public let leftOut: [String]

    private enum CodingKeys: String, CodingKey {
      case path, title, naming, part, types, notes
      case knowsInput = "knows_input"
      case leftOut = "left_out"
    }
  }

  /// Summarizes a file.
  public init(_ network: NetworkFile, of catalogue: NetworkCatalogue = .standard) {
    let counts = Dictionary(network.weights.values.map { ($0.element.rawValue, 1) }) { $0 + $1 }
    self.init(
      network.architecture, network.preprocessing, catalogue, network.published?.name,
      File(
        path: network.url.path, title: network.title, naming: network.naming.words, part: network.part,
        types: counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key),
        knowsInput: network.knowsPreprocessing, notes: network.notes + Self.notes(of: network.url),
        leftOut: network.leftOut))
  }

  private static func notes(of url: URL) -> [String] {
    guard ScriptModule.isScript(at: url) else { return [] }
    return [
      "\(url.path) is TorchScript, which holds a program: other commands run that as it is, unless it is OpenAI's archive "
        + "of CLIP; what is shown is read off its weights, and nothing was run"
    ]
  }

  /// Summarizes an entry of the catalogue.
  public init(_ entry: NetworkCatalogue.Entry, of catalogue: NetworkCatalogue = .standard) {
    self.init(entry.architecture, entry.preprocessing, catalogue, entry.name, nil)
  }

  private init(
    _ architecture: NetworkArchitecture, _ preprocessing: Preprocessing, _ catalogue: NetworkCatalogue,
    _ said: String?, _ file: File?
  ) {
    let known = catalogue.entries(of: architecture).map(\.name)
    names = (said.map { [$0] } ?? []) + known.filter { $0 != said }
    self.architecture = architecture.words
    parameters = architecture.parameterCount
    classes = architecture.classes
    input = Input(preprocessing)
    outputs = architecture.outputs.map { Output(layer: $0.output.description, columns: $0.columns) }
    self.file = file
  }
}
