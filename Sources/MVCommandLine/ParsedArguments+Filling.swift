public import MVCore

extension ParsedArguments {
  /// What was given of `options`, by name; a flag is there without a value.
  public func given(of options: [Argument]) -> [String: [String]] {
    Dictionary(uniqueKeysWithValues: options.filter { has($0.name) }.map { ($0.name, all($0.name)) })
  }

  /// These arguments without one of them.
  public func leavingOut(_ name: String) -> ParsedArguments {
    var rest = self
    (rest.values[name], rest.counts[name]) = (nil, nil)
    return rest
  }

  /// These arguments, with what a file gives of `options` where the command line leaves it out.
  ///
  /// Throws a usage error where an option is not one of them, or does not take the value.
  public func filled(by values: [String: [String]], of options: [Argument]) throws(MVError) -> ParsedArguments {
    var filled = self
    for (name, given) in values.sorted(by: { $0.key < $1.key }) {
      guard let option = options.first(where: { $0.name == name }) else {
        let names = options.map(\.name)
        throw .usage(
          "option \(name)", "is not one of the images",
          remedy: NearestName.hint(for: name, among: names) + "there are \(names.joined(separator: ", "))")
      }
      for value in given where option.form != .flag { try option.check(value) }
      guard !has(name), given != ["false"] else { continue }
      filled.values[name] = option.form == .flag ? [] : given
      filled.counts[name] = max(1, given.count)
    }
    return filled
  }
}

extension Argument {
  /// The words of a command line that give `values` of options, as ``ParsedArguments/given(of:)`` returns them.
  public static func words(_ values: [String: [String]]) -> [String] {
    values.sorted { $0.key < $1.key }.flatMap { name, given in
      given.isEmpty ? ["--\(name)"] : given.flatMap { ["--\(name)", $0] }
    }
  }
}
