internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVImaging
internal import MVNetworks
internal import MVTraining

@main
enum MvmrTrain {
  static func main() {
    Program.begin()
    Imaging.useOneThreadPerCall()
    let program = Program(
      name: "mvmr", summary: "The commands of mvmr that need libtorch.", version: Version.text,
      commands: [.demo, .train, .sweep, .finetune, .embed, .evaluate, .networks, .export]
    ) { () throws(MVError) in
      try Torch.load()
      Torch.keepFreedMemory()
      if ThreadEnvironment.choosesWaits { Torch.makeWayForNeighbors() }
    }
    Program.leave(program.run(Invocation.arguments))
  }
}
