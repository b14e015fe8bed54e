internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVImaging

@main
enum Mvmr {
  static let footer = """
    Begin with:
      mvmr demo
      mvmr extract folder:PHOTOS --size 96x96 --output photos.h5
      mvmr compare photos.h5

    A SOURCE is one of the kinds that `mvmr datasets` lists, a REPRESENTATION one that `mvmr representations` lists.
    """

  static func main() {
    Program.begin()
    Imaging.useOneThreadPerCall()
    let arguments = Program.plain(Array(CommandLine.arguments.dropFirst()))
    let program = Program(
      name: "mvmr", summary: "Multi-view, multi-representation self-supervised learning: extract, train, evaluate.",
      footer: footer, version: Version.text,
      commands: [
        .extract, .merge, .convert, .inspect, .verify, .compare, .knn, .probe, .show, .datasets, .representations,
      ]
        + TrainingProgram.commands.map(\.placeholder))
    // Its commands have options that only it knows, so they are not parsed here.
    if let first = arguments.first, TrainingProgram.has(first) {
      exit(program.reporting(arguments) { () throws(MVError) in try TrainingProgram.run(arguments) })
    }
    exit(program.run(arguments))
  }
}
