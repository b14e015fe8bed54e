internal import Foundation
public import MVCore
internal import MVFiles

/// The program beside `mvmr` that holds the commands which need libtorch.
///
/// libtorch takes most of a second to load, so `mvmr` itself does without it and runs `mvmr-train` in its own place, as
/// git does with its commands.
public enum TrainingProgram {
  /// A command that `mvmr` lists and `mvmr-train` has.
  public struct Entry: Sendable {
    /// What the user types.
    public let name: String
    /// One line for the list of commands.
    public let summary: String

    /// `mvmr demo`.
    public static let demo = Entry(name: "demo", summary: "The whole story on built-in images, in minutes")
    /// `mvmr train`.
    public static let train = Entry(name: "train", summary: "Train an MV-MR encoder on images and a feature file")
    /// `mvmr sweep`.
    public static let sweep = Entry(name: "sweep", summary: "Train many variants side by side, and say which is best")
    /// `mvmr finetune`.
    public static let finetune = Entry(
      name: "finetune", summary: "Train a network, or a classifier over it, on labels")
    /// `mvmr embed`.
    public static let embed = Entry(
      name: "embed", summary: "Write a trained encoder's embeddings into a feature file")
    /// `mvmr evaluate`.
    public static let evaluate = Entry(
      name: "evaluate", summary: "Embed, k-NN, linear probe and a report, in one go")

    /// `mvmr networks`.
    public static let networks = Entry(
      name: "networks", summary: "List the networks, or say what a file of weights is")
    /// `mvmr export`.
    public static let export = Entry(name: "export", summary: "Write a network for PyTorch, timm and others")

    /// The command as `mvmr --help` lists it.
    public var placeholder: Command {
      Command(name, summary: summary, arguments: []) { (_) throws(MVError) in
        try TrainingProgram.run(Invocation.arguments)
      }
    }
  }

  /// The commands it has.
  public static let commands: [Entry] = [.demo, .train, .sweep, .finetune, .embed, .evaluate, .networks, .export]

  /// Whether `name` is one of its commands.
  public static func has(_ name: String) -> Bool { commands.contains { $0.name == name } }

  /// Replaces this process by `mvmr-train` with `arguments`; returns only by throwing, where there is no such program.
  public static func run(_ arguments: [String]) throws(MVError) {
    try ThreadEnvironment.replaceProcess(by: try program(for: arguments.first ?? "this command"), arguments)
  }

  /// What its commands take, as it says itself; throws where there is no such program, or it does not answer.
  public static func descriptions() throws(MVError) -> [CommandDescription] {
    let path = try program(for: "the list of its commands")
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = [Program.describing]
    let pipe = Pipe()
    process.standardOutput = pipe
    do { try process.run() } catch { throw .internalFault(path, "cannot be run", cause: OneLine.text("\(error)")) }
    let answer = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let descriptions = CommandDescription.read(String(decoding: answer, as: UTF8.self))
    else {
      throw .badData(path, "does not say which commands it has", remedy: "install both programs of one release")
    }
    return descriptions
  }

  private static func program(for user: String) throws(MVError) -> String {
    let program = URL(filePath: Invocation.program).deletingLastPathComponent().appending(path: "mvmr-train").path
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw .missingInput(
        program, "is not there, \(user) needs it", remedy: "build the package with libtorch installed")
    }
    return program
  }
}

extension Command {
  /// Creates a command of `mvmr-train` that `mvmr` lists as `entry`.
  public init(
    _ entry: TrainingProgram.Entry, discussion: String = "", arguments: [Argument],
    run: @escaping @Sendable (ParsedArguments) throws(MVError) -> Void
  ) {
    self.init(entry.name, summary: entry.summary, discussion: discussion, arguments: arguments, run: run)
  }
}
