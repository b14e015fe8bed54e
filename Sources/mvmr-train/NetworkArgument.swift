internal import MVCommandLine
internal import MVCore
internal import MVNetworks

/// What the commands that use a network are told of it.
enum NetworkArgument {
  /// The output that `--layer` names; throws a usage error for another word.
  static func output(_ arguments: ParsedArguments) throws(MVError) -> NetworkOutput {
    guard let text = arguments["layer"] else { return .features }
    if let output = NetworkOutput(text) { return output }
    throw .usage(
      "--layer \(text)", "is no output of a network",
      remedy: "give features, projection, logits, patches, class+patches, or stage1 and on")
  }
}
