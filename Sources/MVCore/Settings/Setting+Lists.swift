extension Setting {
  /// Whole numbers within `range`, written with `separator` between them.
  public static func list(
    _ name: String, _ path: WritableKeyPath<Root, [Int]> & Sendable, _ range: ClosedRange<Int>, separator: Character,
    _ help: String
  ) -> Setting {
    Setting(
      name, .list(of: .whole(range), separator: separator), help,
      read: { .list($0[keyPath: path].map { .int($0) }) }
    ) { root, value in
      guard case .list(let values) = value else { return false }
      root[keyPath: path] = values.compactMap(\.whole)
      return true
    }
  }

  /// Numbers within `range`, as many as `count` says, joined by commas.
  public static func list(
    _ name: String, _ path: WritableKeyPath<Root, [Double]> & Sendable, _ range: ClosedRange<Double>,
    count: Set<Int>? = nil, _ help: String
  ) -> Setting {
    Setting(
      name, .list(of: .real(range), count: count, separator: ","), help,
      read: { .list($0[keyPath: path].map { .double($0) }) }
    ) { root, value in
      guard case .list(let values) = value else { return false }
      root[keyPath: path] = values.compactMap(\.number)
      return true
    }
  }

  /// Numbers within `range` by name, `NAME=VALUE` joined by commas.
  public static func pairs(
    _ name: String, _ path: WritableKeyPath<Root, [String: Double]> & Sendable, _ range: ClosedRange<Double>,
    _ help: String
  ) -> Setting {
    Setting(
      name, .pairs(of: .real(range)), help, read: { .pairs($0[keyPath: path].mapValues { .double($0) }) }
    ) { root, value in
      guard case .pairs(let values) = value else { return false }
      root[keyPath: path] = values.compactMapValues(\.number)
      return true
    }
  }

  /// The size of an image, `HxW` or one number, or nothing.
  public static func size(
    _ name: String, _ path: WritableKeyPath<Root, ImageSize?> & Sendable, _ help: String
  ) -> Setting {
    let form = Domain.TextForm(
      "HxW, or one number", examples: ["32x24", "16"], counterexamples: ["32x", "0", "1x2x3", "-4", "large"]
    ) { (try? ImageSize(parsing: $0)) != nil }
    return Setting(
      name, .optional(.text(form)), help,
      read: { $0[keyPath: path].map { .string($0.description) } ?? .nothing }
    ) { root, value in
      guard value != .nothing else {
        root[keyPath: path] = nil
        return true
      }
      guard let size = try? ImageSize(parsing: value.description) else { return false }
      root[keyPath: path] = size
      return true
    }
  }
}
