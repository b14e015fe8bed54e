public import MVCore
public import MVImaging

/// How a TorchScript teacher is fed and how much its embedding weighs.
///
/// A channel's value v, 0...255, becomes (v * range / 255 - mean) / std: mean and deviation are those of images on
/// 0...range.
public struct TeacherSettings: Configurable, Hashable {
  /// The name that its loss term and its column of the log go by.
  public var label = "teacher"
  /// The TorchScript file.
  public var path = ""
  /// Its input size; nil for the images' own.
  public var size: ImageSize?
  /// Named statistics in the place of `mean` and `std`.
  public var normalization = ImageStatistics.none
  /// The mean of each of three channels, or one for all; empty for 0.
  public var mean: [Double] = []
  /// The deviation of each of three channels, or one for all; empty for 1.
  public var deviation: [Double] = []
  /// The value of white.
  public var range = 1.0
  /// How images are resized.
  public var interpolation = Resampling.bilinear
  /// The weight of its loss term.
  public var weight = 1.0
  /// What embeddings are multiplied by before distances are taken.
  public var scale = 1.0

  /// The name errors use.
  public static let name = "teacher"

  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<TeacherSettings>] = [
    .string(
      "name", \.label,
      .init("letters, digits, - and _", examples: ["clip_b-32"], counterexamples: ["", "a b", "a=b"]) {
        !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
      }, "the name of its loss term"),
    .string(
      "path", \.path, .init("a file", examples: ["teacher.pt"], counterexamples: [""]) { !$0.isEmpty },
      "the TorchScript file"),
    .size("size", \.size, "its input size; the images' own where there is none"),
    .choice("normalization", \.normalization, "named mean and std").formerly("normalisation"),
    .list(
      "mean", \.mean, -Double.infinity...Double.infinity, count: [0, 1, 3],
      "mean of each channel; 0 where there is none"),
    .list(
      "std", \.deviation, Double.leastNonzeroMagnitude...Double.infinity, count: [0, 1, 3],
      "deviation of each channel; 1 where there is none"),
    .double("range", \.range, 1e-6...1e6, "the value of white that mean and std are meant for: 1 or 255"),
    .choice("interpolation", \.interpolation, "how images are resized, antialiased"),
    .double("weight", \.weight, 0...1e9, "weight of its loss term"),
    .double("scale", \.scale, 1e-9...1e9, "factor on embeddings before distances are taken; 0.03125 as released"),
  ]

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
    guard !path.isEmpty else { throw .usage("teacher \(text)", "names no file", remedy: "write FILE.pt,key=value") }
  }

  /// The settings that make the embedding what it is, all but name, place, weight and scale.
  ///
  /// They are texts under the names of version 0.1.0, so that feature files that it began are known.
  var inputSettings: [String: SettingValue] {
    let side = size.map { $0.height == $0.width ? "\($0.height)" : $0.description }
    func text(_ numbers: [Double]) -> SettingValue { .string(numbers.map(\.description).joined(separator: ",")) }
    return [
      "size": .string(side ?? ""), "normalisation": .string(normalization.rawValue), "mean": text(mean),
      "std": text(deviation), "range": .double(range), "interpolation": .string(interpolation.rawValue),
    ]
  }

  /// The mean and the deviation of each channel of values 0...1.
  ///
  /// Throws where they are given twice, or neither for one channel nor for three.
  func statistics() throws(MVError) -> (mean: [Float], deviation: [Float]) {
    if normalization != .none {
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
