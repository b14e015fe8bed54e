internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVStore

extension Command {
  /// `mvmr verify`: whether a feature file is whole.
  static let verify = Command(
    "verify", summary: "Check every block of a feature file against its checksum, and every value and label",
    discussion: "The file is opened in a process of its own: one that brings the HDF5 library down is an error.\n"
      + "Example:\n  mvmr verify features.h5",
    arguments: [.positional("FILE", "a feature file", takes: .file), .flag("json", "print one JSON object")]
  ) { (arguments) throws(MVError) in
    let path = try arguments.required("FILE")
    // HDF5 itself falls over some files that were made for it.
    try Isolation.enter(reading: path)
    let file = try FeatureFile(reading: URL(filePath: path))
    file.notices.forEach(Terminal.note)
    let result = try Job("verify", unit: "blocks").run { (job) throws(MVError) in
      try file.verify(cancellation: job.cancellation, progress: job.progress)
    }
    if arguments.has("json") {
      try Terminal.printJSON(result)
    } else {
      let rate = result.seconds > 0 ? "\(ByteCount(Int(Double(result.bytes) / result.seconds)))/s" : ""
      try Terminal.result("\(path): \(result.blocks) blocks, \(ByteCount(result.bytes)), every checksum right  \(rate)")
      if result.missingBlocks > 0 {
        try Terminal.result(
          "\(result.missingBlocks) blocks are not there yet: the command that began the file finishes them")
      }
    }
  }
}
