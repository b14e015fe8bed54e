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
    guard let answer = try output(of: path, Program.describing), let descriptions = CommandDescription.read(answer)
    else {
      throw .badData(path, "does not say which commands it has", remedy: "install both programs of one release")
    }
    return descriptions
  }

  /// What `program` prints with one `word`; nil where it fails.
  ///
  /// Foundation's Process would need `/proc`, and a network interface of this machine's own.
  private static func output(of program: String, _ word: String) throws(MVError) -> String? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw FileDescriptor.failure(program, "cannot be heard", errno) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    for end in ends { posix_spawn_file_actions_addclose(&actions, end) }
    var words = [strdup(program), strdup(word), nil]
    var variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, nil, &words, &variables)
    close(ends[1])
    let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    guard code == 0 else { throw FileDescriptor.failure(program, "cannot be run", code) }
    let answer = reading.readDataToEndOfFile()
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return nil } }
    return status == 0 ? String(decoding: answer, as: UTF8.self) : nil
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
