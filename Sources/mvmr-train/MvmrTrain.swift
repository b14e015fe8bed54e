internal import Foundation
internal import MVCommandLine

@main
enum MvmrTrain {
  static func main() {
    let program = Program(
      name: "mvmr", summary: "The commands of mvmr that need libtorch.", version: Version.text, commands: [])
    exit(program.run(Array(CommandLine.arguments.dropFirst())))
  }
}
