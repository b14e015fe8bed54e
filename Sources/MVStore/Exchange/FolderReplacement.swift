internal import Foundation
internal import MVCore

/// Writes a folder beside its place and gives it its name when all of it is there.
enum FolderReplacement {
  /// Creates `folder`, filled by `body`; throws where something else than an empty folder stands there.
  static func write(_ folder: URL, _ body: (URL) throws(MVError) -> Void) throws(MVError) {
    let path = folder.path
    let present = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard present?.isEmpty ?? !FileManager.default.fileExists(atPath: path) else {
      throw .usage(path, "is there already", remedy: "name a folder that is not there, or remove this one")
    }
    let target = URL(filePath: path)
    let temporary = target.deletingLastPathComponent().appending(path: ".\(target.lastPathComponent).creating")
    // The same name for all: what a killed run left is written anew, and the lock keeps two runs apart.
    try create(temporary)
    let lock = try FileDescriptor(temporary.path, flags: O_RDONLY | O_DIRECTORY)
    guard try lock.lock() else {
      throw .inputOutput(path, "is being written by another process", remedy: "wait until that has ended")
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: temporary.path)) ?? [] {
      try? FileManager.default.removeItem(at: temporary.appending(path: name))
    }
    do throws(MVError) {
      try body(temporary)
      try synchronize(temporary)
      guard rename(temporary.path, path) == 0 else { throw FileDescriptor.failure(path, "cannot be created", errno) }
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw error
    }
    try FileDescriptor.synchronizeFolder(of: path)
  }

  /// Brings everything in the folder to the disk, so that its name never stands for half of it.
  private static func synchronize(_ folder: URL) throws(MVError) {
    let inside = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
    for case let url as URL in inside ?? FileManager.DirectoryEnumerator() {
      let isFolder = (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
      try FileDescriptor(url.path, flags: isFolder ? O_RDONLY | O_DIRECTORY : O_RDWR).synchronize()
    }
    try FileDescriptor(folder.path, flags: O_RDONLY | O_DIRECTORY).synchronize()
  }

  /// Creates a folder where there is none.
  static func create(_ folder: URL) throws(MVError) {
    guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else {
      throw FileDescriptor.failure(folder.path, "cannot be created", errno)
    }
  }

  /// Writes a small file.
  static func write(_ bytes: Data, _ name: String, in folder: URL) throws(MVError) {
    let file = try FileDescriptor(folder.appending(path: name).path, flags: O_RDWR | O_CREAT | O_TRUNC)
    try bytes.withUnsafe { (bytes) throws(MVError) in try file.write(bytes, at: 0) }
    try file.synchronize()
  }
}
