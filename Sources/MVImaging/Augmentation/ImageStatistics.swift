/// The mean and the standard deviation of each channel of values 0...1, by which images are normalized.
///
/// A name stands for the usual ones; any others are written `0.49,0.48,0.45/0.2,0.2,0.2`: means, then deviations.
public struct ImageStatistics: RawRepresentable, Hashable, Sendable, Codable, CaseIterable {
  /// The name, or both as text.
  public let rawValue: String
  /// The mean of each channel: red, green, blue.
  public let mean: [Float]
  /// The standard deviation of each channel: red, green, blue.
  public let deviation: [Float]

  /// Those of CIFAR-10, as the released code rounds them; used for CIFAR-10, 20 and 100.
  public static let cifar = ImageStatistics("cifar", [0.491, 0.482, 0.447], [0.247, 0.243, 0.261])
  /// Those of ImageNet; used for ImageNet and its subsets, Tiny ImageNet and STL-10.
  public static let imagenet = ImageStatistics("imagenet", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
  /// Those of the images that OpenAI trained CLIP on, which open_clip uses too.
  public static let clip = ImageStatistics(
    "clip", [0.481_454_66, 0.457_827_5, 0.408_210_73], [0.268_629_54, 0.261_302_58, 0.275_777_11])
  /// One half each, which makes values -1...1: those of Google's vision transformers.
  public static let inception = ImageStatistics("inception", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
  /// Means 0 and deviations 1: values stay 0...1.
  public static let none = ImageStatistics("none", [0, 0, 0], [1, 1, 1])

  /// Those that have a name.
  public static let allCases: [ImageStatistics] = [.cifar, .imagenet, .clip, .inception, .none]

  private init(_ name: String, _ mean: [Float], _ deviation: [Float]) {
    (rawValue, self.mean, self.deviation) = (name, mean, deviation)
  }

  /// Takes a mean and a deviation for each of three channels; nil for others, or a deviation that is not above 0.
  public init?(mean: [Float], deviation: [Float]) {
    guard mean.count == 3, deviation.count == 3, (mean + deviation).allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0 > 0 })
    else { return nil }
    if let named = Self.allCases.first(where: { $0.mean == mean && $0.deviation == deviation }) {
      self = named
      return
    }
    func text(_ values: [Float]) -> String { values.map(\.description).joined(separator: ",") }
    self.init("\(text(mean))/\(text(deviation))", mean, deviation)
  }

  /// Reads a name, or both as text; nil for anything else.
  public init?(rawValue text: String) {
    if let named = Self.allCases.first(where: { $0.rawValue == text }) {
      self = named
      return
    }
    let sides = text.split(separator: "/", omittingEmptySubsequences: false).map { side in
      side.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    }
    guard sides.count == 2, !sides.joined().contains(nil) else { return nil }
    self.init(mean: sides[0].compactMap(\.self), deviation: sides[1].compactMap(\.self))
  }
}
