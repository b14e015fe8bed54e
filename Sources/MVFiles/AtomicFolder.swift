package import Foundation
package import MVCore

/// Folders that get their name only when all of their content is on the disk.
package enum AtomicFolder {
  /// Creates `folder` with what `body` writes into the temporary folder that it gets.
  ///
  /// Throws what `body` throws, and where the folder cannot be created or already exists and is not empty.
  package static func write(_ folder: URL, _ body: (URL) throws(MVError) -> Void) throws(MVError) {
    let path = try OutputPath.target(of: folder.path)
    let present = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard present?.isEmpty ?? !FileManager.default.fileExists(atPath: path) else {
      throw .usage(path, "is there already", remedy: "name a folder that is not there, or remove this one")
    }
    let target = URL(filePath: path)
    let temporary = target.deletingLastPathComponent().appending(path: ".\(target.lastPathComponent).creating")
    let staging = try StagingFolder(temporary, for: path)
    do throws(MVError) {
      try body(temporary)
      try staging.unmark()
      try synchronize(temporary)
      guard rename(temporary.path, path) == 0 else { throw FileDescriptor.failure(path, "cannot be created", errno) }
    } catch {
      staging.remove()
      throw error
    }
    try FileDescriptor.synchronizeFolder(of: path)
  }

  /// Syncs everything in the folder, so that its final name never stands for half of it.
  private static func synchronize(_ folder: URL) throws(MVError) {
    let inside = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
    for case let url as URL in inside ?? FileManager.DirectoryEnumerator() {
      let isFolder = (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
      try FileDescriptor(url.path, flags: O_NOFOLLOW | (isFolder ? O_RDONLY | O_DIRECTORY : O_RDWR)).synchronize()
    }
    try FileDescriptor(folder.path, flags: O_RDONLY | O_DIRECTORY).synchronize()
  }

  /// Creates a folder inside an existing one, unless it is already there; throws where that fails.
  package static func createInner(_ folder: URL) throws(MVError) {
    guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else {
      throw FileDescriptor.failure(folder.path, "cannot be created", errno)
    }
  }

  /// Writes and syncs one file of a folder that has no final name yet; throws where that fails.
  package static func write(_ bytes: Data, _ name: String, in folder: URL) throws(MVError) {
    let file = try FileDescriptor(folder.appending(path: name).path, flags: O_RDWR | O_CREAT | O_EXCL)
    try file.write([UInt8](bytes), at: 0)
    try file.synchronize()
  }
}

/// Folders that outputs are written to.
package enum Folder {
  /// Creates a folder and its missing parents; throws where that fails.
  package static func create(_ url: URL) throws(MVError) {
    do { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) } catch {
      throw .inputOutput(url.path, "cannot be created", remedy: "check the path and its permissions")
    }
  }
}
