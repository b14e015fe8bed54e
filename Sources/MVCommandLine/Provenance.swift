internal import Foundation
internal import MVCore
internal import MVImaging

/// What a command writes into the files that it makes: with what, and how it was called.
public enum Provenance {
  /// Versions and the command line, by name.
  public static var software: [String: String] {
    [
      "mvmr": Version.text, "opencv": Imaging.libraryVersion, "codecs": Imaging.codecVersions, "command": commandLine,
      "system": ProcessInfo.processInfo.operatingSystemVersionString,
    ]
  }

  /// Each version as a page shows it, such as `opencv 4.6.0`.
  public static var versions: [String] {
    // These begin with their names.
    software.filter { $0.key != "command" }.sorted { $0.key < $1.key }
      .map { name, version in ["codecs", "mvmr"].contains(name) ? version : "\(name) \(version)" }
  }

  /// The command line as a shell would take it.
  ///
  /// The program is called `mvmr` whichever of the programs behind it runs the command.
  public static var commandLine: String { ShellWords.line(["mvmr"] + Invocation.arguments) }
}
