public import MVCore
public import MVImaging
public import MVNetworks

/// How a teacher is fed and how much its embedding weighs.
///
/// What is not said of size, normalization and interpolation is as the network was published or trained, where its
/// file tells that; TorchScript tells nothing, and is fed images 0...1 of their own size. A channel's value v,
/// 0...255, becomes (v * range / 255 - mean) / std: mean and deviation are those of images on 0...range.
public struct TeacherSettings: Configurable, Hashable {
  /// The name that its loss term and its column of the log go by.
  public var label = "teacher"
  /// The network: a file of weights, a checkpoint or the folder of a run, or TorchScript.
  public var path = ""
  /// Its input size; nil for the network's own, or the images'.
  public var size: ImageSize?
  /// Statistics in the place of `mean` and `std`; nil for the network's own, or none.
  public var normalization: ImageStatistics?
  /// The mean of each of three channels, or one for all; empty for 0.
  public var mean: [Double] = []
  /// The deviation of each of three channels, or one for all; empty for 1.
  public var deviation: [Double] = []
  /// The value of white.
  public var range = 1.0
  /// How images are resized; nil for the network's own way, or bilinear.
  public var interpolation: Resampling?
  /// The output that is its embedding; nil for the projection where it has one, as the paper takes CLIP's, else the
  /// features.
  public var layer: NetworkOutput?
  /// What a file of weights does not say of its network.
  public var network = NetworkSettings()
  /// The weight of its loss term.
  public var weight = 1.0
  /// What embeddings are multiplied by before distances are taken.
  public var scale = 1.0

  /// The name errors use.
  public static let name = "teacher"

  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<TeacherSettings>] =
    [
      .string(
        "name", \.label,
        .init("letters, digits, - and _", examples: ["clip_b-32"], counterexamples: ["", "a b", "a=b"]) {
          !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
        }, "the name of its loss term"),
      .string(
        "path", \.path, .init("a file", examples: ["teacher.pt"], counterexamples: [""]) { !$0.isEmpty },
        "a file of weights, a run, a checkpoint, or TorchScript"),
      .size("size", \.size, "its input size; nothing for the network's own, or the images'"),
      .statistics(
        "normalization", \.normalization, automatic: "auto", "mean and std; auto is the network's own, or none"
      ).formerly("normalisation"),
      .list(
        "mean", \.mean, -Double.infinity...Double.infinity, count: [0, 1, 3],
        "mean of each channel; 0 where there is none"),
      .list(
        "std", \.deviation, Double.leastNonzeroMagnitude...Double.infinity, count: [0, 1, 3],
        "deviation of each channel; 1 where there is none"),
      .double("range", \.range, 1e-6...1e6, "the value of white that mean and std are meant for: 1 or 255"),
      .choice(
        "interpolation", \.interpolation, automatic: "auto",
        "how images are resized, antialiased; auto is the network's own way, or bilinear"),
      .output("layer", \.layer, "the output that is its embedding; auto is the projection of CLIP, else features"),
      .double("weight", \.weight, 0...1e9, "weight of its loss term"),
      .double("scale", \.scale, 1e-9...1e9, "factor on embeddings before distances are taken; 0.03125 as released"),
    ] + NetworkSettings.settings.map { $0.lifted(through: \.network) }

  /// The settings of a teacher without a file: images 0...1 at their own size.
  public init() {}

  /// Reads `FILE[,key=value,...]`; throws a usage error for an unknown setting or one out of range.
  public init(parsing text: String) throws(MVError) {
    self.init()
    try set(parsing: text)
  }

  /// Sets the file and the settings of `FILE[,key=value,...]`, and keeps the others.
  ///
  /// Throws a usage error for an unknown setting or one out of range.
  public mutating func set(parsing text: String) throws(MVError) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    path = parts[0]
    var assignments: [String] = []
    // The commas of mean=0.4,0.5,0.6 are its own.
    for part in parts.dropFirst() {
      if part.contains("=") || assignments.isEmpty {
        assignments.append(part)
      } else {
        assignments[assignments.count - 1] += ",\(part)"
      }
    }
    for assignment in assignments {
      try set(assigning: assignment, of: "teacher", remedy: "write for example normalization=imagenet")
    }
    guard !path.isEmpty else { throw .usage("teacher \(text)", "names no file", remedy: "write FILE,key=value") }
  }

  /// The settings that make the embedding what it is, all but name, place, weight and scale.
  ///
  /// They are texts under the names of version 0.1.0, so that feature files that it began are known.
  var inputSettings: [String: SettingValue] {
    let side = size.map { $0.height == $0.width ? "\($0.height)" : $0.description }
    func text(_ numbers: [Double]) -> SettingValue { .string(numbers.map(\.description).joined(separator: ",")) }
    return [
      "size": .string(side ?? ""), "normalisation": .string((normalization ?? .none).rawValue), "mean": text(mean),
      "std": text(deviation), "range": .double(range), "interpolation": .string((interpolation ?? .bilinear).rawValue),
    ]
  }

  /// Whether nothing is said of how channels are normalized.
  var leavesStatistics: Bool { normalization == nil && mean.isEmpty && deviation.isEmpty && range == 1 }

  /// The mean and the deviation of each channel of values 0...1.
  ///
  /// Throws where they are given twice, or neither for one channel nor for three.
  func statistics() throws(MVError) -> (mean: [Float], deviation: [Float]) {
    if let normalization, normalization != .none {
      guard mean.isEmpty, deviation.isEmpty, range == 1 else {
        throw .usage(
          "teacher \(label), normalization=\(normalization.rawValue)", "is given beside mean, std or range",
          remedy: "give one or the other")
      }
      return (normalization.mean, normalization.deviation)
    }
    return (try channels(mean, "mean") ?? [0, 0, 0], try channels(deviation, "std") ?? [1, 1, 1])
  }

  /// A value for each of three channels, as images 0...1 have it; nil where none is given.
  private func channels(_ values: [Double], _ name: String) throws(MVError) -> [Float]? {
    switch values.count {
    case 0: return nil
    case 1: return Array(repeating: Float(values[0] / range), count: 3)
    case 3: return values.map { Float($0 / range) }
    default:
      throw .usage("teacher \(label), \(name)", "has \(values.count) values", remedy: "give 1, or 3 for the channels")
    }
  }
}
