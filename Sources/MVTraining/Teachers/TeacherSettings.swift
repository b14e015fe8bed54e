public import MVCore
public import MVImaging

/// How a TorchScript teacher is fed and how much its embedding weighs.
///
/// A channel's value v, 0...255, becomes (v * range / 255 - mean) / std: mean and deviation are those of images on 0...range.
public struct TeacherSettings: Configurable, Hashable {
  /// The name that its loss term and its column of the log go by.
  public var label = "teacher"
  /// The TorchScript file.
  public var path = ""
  /// Its input size, `HxW` or one number; empty for the images' own.
  public var size = ""
  /// Named statistics in the place of `mean` and `std`.
  public var normalization = ImageStatistics.none
  /// The mean of each channel, or one for all, joined by commas; empty for 0.
  public var mean = ""
  /// The deviation of each channel, or one for all, joined by commas; empty for 1.
  public var deviation = ""
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
      "name", \.label, accepts: "letters, digits, - and _", "the name of its loss term",
      check: { !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) } }),
    .string("path", \.path, accepts: "a file", "the TorchScript file", check: { !$0.isEmpty }),
    .string(
      "size", \.size, accepts: "HxW, or one number, or nothing", "its input size; the images' own where empty",
      check: { $0.isEmpty || (try? ImageSize(parsing: $0)) != nil }),
    .choice("normalisation", \.normalization, "named mean and std"),
    .string(
      "mean", \.mean, accepts: "1 or 3 numbers joined by commas, or nothing", "mean of each channel; 0 where empty",
      check: { $0.isEmpty || ChannelValues(parsing: $0) != nil }),
    .string(
      "std", \.deviation, accepts: "1 or 3 numbers above 0 joined by commas, or nothing",
      "deviation of each channel; 1 where empty",
      check: { $0.isEmpty || ChannelValues(parsing: $0)?.values.allSatisfy { $0 > 0 } ?? false }),
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

  /// Takes the file and the settings of `FILE[,key=value,...]`, and keeps the others.
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
    for assignment in assignments { try set(assigning: assignment) }
    guard !path.isEmpty else { throw .usage("teacher \(text)", "names no file", remedy: "write FILE.pt,key=value") }
  }

  /// Changes the setting that `key=value` names.
  public mutating func set(assigning text: String) throws(MVError) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2 else {
      throw .usage("teacher \(text)", "is not KEY=VALUE", remedy: "write for example normalisation=imagenet")
    }
    try set(sides[0], to: SettingValue(parsing: sides[1]))
  }

  /// The settings that make the embedding what it is: all but name, place, weight and scale.
  var inputSettings: [String: SettingValue] {
    settingValues.filter { !["name", "path", "weight", "scale"].contains($0.key) }
  }

  /// The mean and the deviation of each channel of values 0...1; throws where they are given twice.
  func statistics() throws(MVError) -> (mean: [Float], deviation: [Float]) {
    if normalization != .none {
      guard mean.isEmpty, deviation.isEmpty, range == 1 else {
        throw .usage(
          "teacher \(label), normalisation=\(normalization.rawValue)", "is given beside mean, std or range",
          remedy: "give one or the other")
      }
      return (normalization.mean, normalization.deviation)
    }
    func channels(_ text: String, else value: Double) -> [Float] {
      (ChannelValues(parsing: text) ?? ChannelValues(repeating: value * range)).values.map { Float($0 / range) }
    }
    return (channels(mean, else: 0), channels(deviation, else: 1 / range))
  }
}

/// A number for each of three channels.
struct ChannelValues {
  let values: [Double]

  init(repeating value: Double) { values = [value, value, value] }

  /// One number for all channels, or three.
  init?(parsing text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      Double(part.filter { $0 != " " }).flatMap { $0.isFinite ? $0 : nil }
    }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, numbers.count == 1 || numbers.count == 3 else { return nil }
    values = numbers.count == 1 ? [numbers[0], numbers[0], numbers[0]] : numbers
  }
}
