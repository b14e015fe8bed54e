internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVImaging

@main
enum MvmrTrain {
  static func main() {
    Imaging.useOneThreadPerCall()
    let program = Program(
      name: "mvmr", summary: "The commands of mvmr that need libtorch.", version: Version.text,
      commands: [.demo, .train, .embed, .evaluate])
    // `mvmr` has seen to it where it ran this program.
    let status = program.reporting { () throws(MVError) in try LibraryEnvironment.restartIfSlow(usingOpenMP: true) }
    exit(status == 0 ? program.run(Array(CommandLine.arguments.dropFirst())) : status)
  }
}
