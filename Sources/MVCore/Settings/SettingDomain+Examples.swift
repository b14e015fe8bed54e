extension SettingDomain {
  /// Some values of this domain: the ends of its ranges, its names.
  public var examples: [SettingValue] {
    switch self {
    case .whole(let range):
      return Set([range.lowerBound, range.upperBound == .max ? range.lowerBound + 1 : range.upperBound]).sorted()
        .map { .int($0) }
    case .real(let range):
      let ends = [range.lowerBound, range.upperBound].filter { $0.isFinite && $0 != .leastNonzeroMagnitude }
      return (ends.isEmpty ? [1] : ends).map { .double($0) }
    case .flag: return [.bool(false), .bool(true)]
    case .choice(let names): return names.map { .string($0) }
    case .text(let form): return form.examples.map { .string($0) }
    case .list(let element, let count, _):
      let examples = element.examples
      return (count ?? [0, 1, 2]).sorted().map { count in .list((0..<count).map { examples[$0 % examples.count] }) }
    case .pairs(let domain): return [.pairs([:])] + domain.examples.map { .pairs(["hog": $0]) }
    case .settings(let type): return [.pairs(type.init().settingValues)]
    case .either(let first, let second): return first.examples + second.examples
    case .optional(let domain): return [.nothing] + domain.examples
    }
  }

  /// Values that are none of this domain, just outside it where it has bounds.
  public var invalidValues: [SettingValue] {
    switch self {
    case .whole(let range):
      let beside = [range.lowerBound.subtractingReportingOverflow(1), range.upperBound.addingReportingOverflow(1)]
      return beside.filter { !$0.overflow }.map { .int($0.partialValue) }
        + [.double(Double(range.lowerBound) + 0.5), .string("many"), .string(""), .bool(true), .list([])]
    case .real(let range):
      let beside = [range.lowerBound.nextDown, range.upperBound.nextUp].filter(\.isFinite)
      return (beside + [.nan, .infinity]).filter { !range.contains($0) || !$0.isFinite }.map { .double($0) }
        + [.string("much"), .string(""), .bool(true), .list([])]
    case .flag: return [.int(1), .string("perhaps"), .string(""), .list([])]
    case .choice: return [.string("no-such-choice"), .string(""), .list([])]
    case .text(let form): return form.counterexamples.map { .string($0) } + [.list([]), .pairs([:])]
    case .list(let element, let count, let separator):
      var values = element.invalidValues.map { SettingValue.list([$0]) } + [.pairs([:])]
      if let count, let most = count.max(), let example = element.examples.first {
        values += (1...most + 1).filter { !count.contains($0) }.map { .list(Array(repeating: example, count: $0)) }
      }
      if let separator { values.append(.string("\(separator)")) } else { values.append(.string("[")) }
      return values.filter { value(of: $0) == nil }
    case .pairs(let domain):
      let texts = ["hog", "=1", "hog=", "hog=1,hog=1", "hog=1=1"].map { SettingValue.string($0) }
      return domain.invalidValues.map { .pairs(["hog": $0]) } + domain.examples.map { .pairs(["": $0]) } + texts
        + [.list([]), .int(1)]
    case .settings: return [.pairs(["no such setting": .int(1)]), .list([]), .string("none")]
    case .either(let first, let second):
      return (first.invalidValues + second.invalidValues).filter { value(of: $0) == nil }
    case .optional(let domain): return domain.invalidValues.filter { $0 != .string("") }
    }
  }
}
