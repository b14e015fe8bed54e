internal import Foundation
internal import MVCore
internal import MVTraining

/// A checkpoint on the command line.
enum CheckpointArgument {
  /// The checkpoint that `text` names: a file, or the last of the run in a folder.
  static func url(_ text: String) -> URL {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: text, isDirectory: &isFolder)
    return isFolder.boolValue ? Trainer.checkpoint(in: URL(filePath: text)) : URL(filePath: text)
  }

  /// A text that tells one checkpoint from another.
  static func fingerprint(_ url: URL) throws(MVError) -> String {
    var fingerprint = Fingerprint()
    try fingerprint.add(contentsOf: url)
    return fingerprint.text
  }
}
