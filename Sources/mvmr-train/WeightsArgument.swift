internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVNetworks

/// A network of a file on the command line.
enum WeightsArgument {
  /// What a person may say of a file that it does not say itself.
  static let option = Argument.option(
    "set", "KEY=VALUE",
    "what a file of weights does not say: \(NetworkSettings.settings.map(\.name).joined(separator: ", "))",
    repeated: true, keys: NetworkSettings.settings.map(\.name))

  /// The same, of commands whose `--set` is of something else.
  static let networkOption = Argument.option(
    "network", "KEY=VALUE",
    "what a file of weights does not say: \(NetworkSettings.settings.map(\.name).joined(separator: ", "))",
    repeated: true, keys: NetworkSettings.settings.map(\.name))

  /// The settings that were given; throws a usage error for one that there is not, or that is out of range.
  static func settings(_ arguments: ParsedArguments, option: String = "set") throws(MVError) -> NetworkSettings {
    var settings = NetworkSettings()
    for text in arguments.all(option) {
      try settings.set(assigning: text, of: "--\(option)", remedy: "write for example --\(option) heads=6")
    }
    return settings
  }

  /// The network of a file, a folder or a run.
  static func file(_ text: String, _ arguments: ParsedArguments) throws(MVError) -> NetworkFile {
    try NetworkFile(contentsOf: URL(filePath: text), settings(arguments))
  }
}
