internal import Foundation
public import MVCore

/// The program beside `mvmr` that holds the commands which need libtorch.
///
/// libtorch takes most of a second to load, so `mvmr` itself does without it and runs `mvmr-train` in its own place, as git
/// does with its commands.
public enum TrainingProgram {
  /// A command that `mvmr` lists and `mvmr-train` has.
  public struct Entry: Sendable {
    /// What the user types.
    public let name: String
    /// One line for the list of commands.
    public let summary: String

    /// The command as `mvmr --help` lists it.
    public var placeholder: Command {
      Command(name, summary: summary, arguments: []) { (_) throws(MVError) in
        try TrainingProgram.run(Array(CommandLine.arguments.dropFirst()))
      }
    }
  }

  /// The commands it has.
  public static let commands = [
    Entry(name: "demo", summary: "The whole story on built-in images, in minutes"),
    Entry(name: "train", summary: "Train an MV-MR encoder on images and a feature file"),
    Entry(name: "embed", summary: "Write a trained encoder's embeddings into a feature file"),
    Entry(name: "evaluate", summary: "Embed, k-NN, linear probe and a report, in one go"),
  ]

  /// Whether `name` is one of its commands.
  public static func has(_ name: String) -> Bool { commands.contains { $0.name == name } }

  /// Replaces this process by `mvmr-train` with `arguments`; returns only by throwing.
  public static func run(_ arguments: [String]) throws(MVError) {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    let program = URL(filePath: own).deletingLastPathComponent().appending(path: "mvmr-train").path
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw .missingInput(
        program, "is not there, \(arguments.first ?? "this command") needs it",
        remedy: "build the package with libtorch installed")
    }
    try replaceProcess(by: program, arguments)
  }

  /// Starts this program anew with an environment in which threads wait as those of ``run(_:)``; returns in the new one.
  public static func waitPassively() throws(MVError) {
    guard getenv(added) == nil else { return }
    try replaceProcess(by: "/proc/self/exe", Array(CommandLine.arguments.dropFirst()))
  }

  /// The environment as it was before this program added to it, for programs that it runs.
  public static var userEnvironment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in (environment.removeValue(forKey: added) ?? "").split(separator: ",") {
      environment[String(name)] = nil
    }
    return environment
  }

  private static let added = "MVMR_ADDED_ENVIRONMENT"

  private static func replaceProcess(by program: String, _ arguments: [String]) throws(MVError) {
    // Two libraries have threads here, libgomp and OpenBLAS, on the same cores. Those of one that wait for work by spinning,
    // OpenBLAS's for 25 ms, keep the other's from theirs: a step takes 1.1 times as long. Read once, when they load.
    // What the user has chosen stays; a spin count would undo a chosen policy.
    var settings = [("OPENBLAS_THREAD_TIMEOUT", "4")]
    if getenv("OMP_WAIT_POLICY") == nil { settings += [("OMP_WAIT_POLICY", "passive"), ("GOMP_SPINCOUNT", "5000")] }
    settings = settings.filter { getenv($0.0) == nil }
    for (name, value) in settings { setenv(name, value, 1) }
    if getenv(added) == nil { setenv(added, settings.map(\.0).joined(separator: ","), 1) }
    var words = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    execv(program, &words)
    throw .internalFault(program, "cannot be run", cause: String(cString: strerror(errno)))
  }
}
