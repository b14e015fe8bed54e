internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVImaging

@main
enum Mvmr {
  private static let name = "mvmr"
  private static let summary = "Multi-view, multi-representation self-supervised learning: extract, train, evaluate."
  static let footer = """
    Begin with:
      mvmr demo
      mvmr extract folder:PHOTOS --size 96x96 --output photos.h5
      mvmr compare photos.h5

    A SOURCE is one of the kinds that `mvmr datasets` lists, a REPRESENTATION one that `mvmr representations` lists.
    """

  // In the order of the help, those of `mvmr-train` between them.
  private static let first: [Command] = [
    .extract, .merge, .convert, .inspect, .verify, .compare, .knn, .probe, .show, .datasets, .representations,
  ]
  private static let last: [Command] = [.completions, .manual]

  /// All commands with what they take, those of `mvmr-train` included, which is asked.
  ///
  /// Throws where that program is not there.
  static func description() throws(MVError) -> ProgramDescription {
    ProgramDescription(
      name: name, summary: summary, footer: footer, version: Version.text,
      commands: first.map(CommandDescription.init) + (try TrainingProgram.descriptions())
        + last.map(CommandDescription.init))
  }

  static func main() {
    Program.begin()
    Imaging.useOneThreadPerCall()
    let arguments = Program.plain(Invocation.arguments)
    let program = Program(
      name: name, summary: summary, footer: footer, version: Version.text,
      commands: first + TrainingProgram.commands.map(\.placeholder) + last)
    // Its commands have options that only it knows, so they are not parsed here.
    if let first = arguments.first, TrainingProgram.has(first) {
      Program.leave(program.reporting(arguments) { () throws(MVError) in try TrainingProgram.run(arguments) })
    }
    Program.leave(program.run(arguments))
  }
}
