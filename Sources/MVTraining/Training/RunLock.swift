internal import Foundation
internal import MVCore
internal import MVFiles

/// Keeps others out of the folder of a run, from its preparation to its end.
struct RunLock {
  private let folder: URL
  private var lock: FolderLock?

  /// Takes the lock where the folder is there already; throws where another process has it.
  init(of folder: URL) throws(MVError) {
    self.folder = folder
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      return
    }
    try take()
  }

  /// Whether the folder is kept.
  var isHeld: Bool { lock != nil }

  /// Takes the lock unless it is held; throws where another process has it.
  mutating func take() throws(MVError) { if lock == nil { lock = try FolderLock(folder) } }

  /// Lets others in.
  mutating func release() { lock = nil }
}
