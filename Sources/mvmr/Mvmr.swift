internal import Foundation
internal import MVCommandLine
internal import MVImaging

@main
enum Mvmr {
  static let footer = """
    Commands that need libtorch (their help: mvmr COMMAND --help):
    \(TrainingProgram.commands.map { "  \($0.0.padding(toLength: 12, withPad: " ", startingAt: 0))\($0.1)" }.joined(separator: "\n"))

    Begin with:
      mvmr demo
      mvmr extract cifar10:DIR --output features.h5
      mvmr knn features.h5 --representation hog
    """

  static func main() {
    setvbuf(stdout, nil, _IOLBF, 0)
    let arguments = Array(CommandLine.arguments.dropFirst())
    Imaging.useOneThreadPerCall()
    let program = Program(
      name: "mvmr",
      summary: "Multi-view, multi-representation self-supervised learning: extract, train, evaluate.",
      footer: footer, version: Version.text,
      commands: [
        .extract, .inspect, .verify, .knn, .probe, .show, .datasets, .representations,
      ] + TrainingProgram.commands.map(Command.forwarded))
    exit(program.run(arguments))
  }
}
