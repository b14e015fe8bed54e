internal import Foundation
internal import MVCommandLine
internal import MVCore

@main
enum MvmrBench {
  static func main() {
    Program.begin()
    let arguments = Invocation.arguments
    let program = Program(
      name: "mvmr-bench", summary: "Measures the libraries; compare with a peer in one run on one machine.",
      version: Version.text, commands: [.representations, .images, .store, .evaluation, .training, .table, .scaling],
      prepare: { () throws(MVError) in try InstructionLimit.apply() })
    Program.leave(program.run(arguments.isEmpty ? ["representations"] : arguments))
  }
}
