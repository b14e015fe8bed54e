public import MVCore

/// What networks run on.
public enum Device: Hashable, Sendable {
  /// The processor.
  case cpu
  /// An NVIDIA device by its number, from 0.
  ///
  /// Nil is the one of a rank's number on its machine, counted round where there are fewer, and the first of all for a
  /// process that is alone.
  case cuda(Int?)

  /// Reads `cpu`, `cuda` or `cuda:1`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(nil)
    default:
      let digits = text.dropFirst(Self.prefix.count)
      guard text.hasPrefix(Self.prefix), let number = Int(digits), "\(number)" == digits, (0..<128).contains(number)
      else { return nil }
      self = .cuda(number)
    }
  }

  private static let prefix = "cuda:"

  /// Whether networks run on an NVIDIA device.
  public var isCUDA: Bool { self != .cpu }

  /// The kind without a number, `cpu` or `cuda`.
  public var kind: String { isCUDA ? "cuda" : "cpu" }

  /// The devices that every machine has names for.
  public static let names = ["cpu", "cuda"]
}

extension Device: CustomStringConvertible {
  /// `cpu`, `cuda` or `cuda:1`, as it is read.
  public var description: String {
    if case .cuda(.some(let number)) = self { "\(Self.prefix)\(number)" } else { kind }
  }
}

extension Setting {
  /// What networks run on.
  public static func device(
    _ name: String, _ path: WritableKeyPath<Root, Device> & Sendable, _ help: String
  ) -> Setting {
    let form = Domain.TextForm(
      "cuda:N", examples: ["cuda:0", "cuda:12"], counterexamples: ["cuda:", "cuda:-1", "gpu", "cuda:01", "cuda:128"]
    ) { Device($0) != nil }
    return Setting(
      name, .either(.choice(Device.names), .text(form)), help, read: { .string($0[keyPath: path].description) }
    ) { root, value in Device(value.description).map { root[keyPath: path] = $0 } != nil }
  }
}
