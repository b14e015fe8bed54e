public import MVCore

/// A point at which the runs of a sweep are compared before their end: after epochs, or after seconds of training.
public enum SweepMoment: Hashable, Sendable, CustomStringConvertible {
  /// After so many epochs.
  case epochs(Int)
  /// After so many seconds of training, without scores and checkpoints.
  case seconds(Double)

  /// Reads `20` as epochs, `600s` and `10min` as time.
  ///
  /// Throws a usage error for other texts, and for what is not above 0, or above a thousand million seconds.
  public init(parsing text: String) throws(MVError) {
    let units: [(String, Double)] = [("min", 60), ("s", 1), ("h", 3600)]
    if let count = Int(text), count > 0 {
      self = .epochs(count)
    } else if let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
      let number = Double(text.dropLast(unit.count)), number > 0, number * factor <= Self.mostSeconds
    {
      self = .seconds(number * factor)
    } else {
      throw .usage("moment \(text)", "is neither epochs nor time", remedy: "write 20, 600s, 10min or 2h")
    }
  }

  /// Thirty years: whole numbers up to it are written as such.
  private static let mostSeconds = 1e9

  /// As it is read: `20`, `600s`.
  public var description: String {
    switch self {
    case .epochs(let count): "\(count)"
    case .seconds(let seconds): seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(seconds)s"
    }
  }

  /// In words: `20 epochs`, `600 s`.
  public var words: String {
    switch self {
    case .epochs(let count): count == 1 ? "1 epoch" : "\(count) epochs"
    case .seconds: "\(description.dropLast()) s"
    }
  }
}

extension SweepMoment: Codable {
  /// Reads the text; throws a decoding error where it is none.
  public init(from decoder: any Decoder) throws {
    self = try SweepMoment(parsing: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text; throws what the encoder does.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
