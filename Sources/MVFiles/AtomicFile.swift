package import Foundation
package import MVCore

/// Files that appear under their name whole and on the disk, or not at all.
///
/// A file is written beside its place as `.NAME.creating`, synced, and only then renamed. No kill, full disk or power
/// failure can leave half a file under the name. A name that is a link stands for what it leads to; a link that was
/// planted under the temporary name is not followed.
package enum AtomicFile {
  /// Creates the file at `path`: `body` fills the temporary file, whose path and descriptor it gets.
  ///
  /// Returns the file, with the writer's lock held, or nil where another process was first; with `replacing`, a file
  /// that is already there is replaced. With `followsLinks` a link at `path` is written through, as where the user has
  /// named it; without, as in a folder that this program fills, the file takes its place. Throws what `body` throws,
  /// and where the file cannot be created or another process is creating it.
  package static func create(
    _ path: String, replacing: Bool, followsLinks: Bool = true,
    _ body: (String, FileDescriptor) throws(MVError) -> Void
  ) throws(MVError) -> FileDescriptor? {
    let path = followsLinks ? try OutputPath.target(of: path) : path
    let url = URL(filePath: path)
    let temporary = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).creating").path
    // The same temporary name for all: its lock lets one process create at a time, and what a killed one left is
    // reused.
    let file: FileDescriptor
    do throws(MVError) {
      file = try FileDescriptor(own: temporary)
    } catch {
      if error.kind == .missingInput {
        throw .missingInput(path, "cannot be written: its folder is not there", remedy: "create the folder first")
      }
      throw error.problem == "cannot be opened" ? error.with(subject: path) : error
    }
    guard try file.lockOwn(for: path) else { throw file.busy().with(subject: path) }
    guard try file.standsAtItsPath() else { return nil }
    guard replacing || access(path, F_OK) != 0 else {
      unlink(temporary)
      return nil
    }
    do throws(MVError) {
      try body(temporary, file)
      try file.synchronize()
      guard rename(temporary, path) == 0 else { throw FileDescriptor.failure(path, "cannot be created", errno) }
    } catch {
      unlink(temporary)
      throw error.subject == temporary ? error.with(subject: path) : error
    }
    try FileDescriptor.synchronizeFolder(of: path)
    return file
  }

  /// Replaces the file at `url`, or creates it, with what `body` writes.
  ///
  /// Throws what `body` throws, and where the file cannot be written; the old file then stays.
  package static func replace(
    _ url: URL, followsLinks: Bool = true, _ body: (FileDescriptor) throws(MVError) -> Void
  ) throws(MVError) {
    // Terminates: it loops only if another process has put its file in place in between.
    while true {
      let made = try create(url.path, replacing: true, followsLinks: followsLinks) { (_, file) throws(MVError) in
        try file.truncate()
        try body(file)
      }
      if made != nil { return }
    }
  }

  /// Replaces the file at `url`, or creates it, with `bytes`; a pipe or a device gets them as they come.
  ///
  /// Without `followsLinks`, as in a folder that this program fills, the file takes the place of a link or a pipe.
  /// Throws where it cannot be written.
  package static func write(_ bytes: Data, to url: URL, followsLinks: Bool = true) throws(MVError) {
    guard !followsLinks || !OutputPath.isStream(url.path) else {
      return try FileDescriptor(writingInto: url.path).append([UInt8](bytes))
    }
    try replace(url, followsLinks: followsLinks) { (file) throws(MVError) in try file.write([UInt8](bytes), at: 0) }
  }

  /// Replaces the file at `url`, or creates it, with `text` as UTF-8; throws where it cannot be written.
  package static func write(_ text: String, to url: URL, followsLinks: Bool = true) throws(MVError) {
    try write(Data(text.utf8), to: url, followsLinks: followsLinks)
  }

  /// Throws where one of the files that this program will write into a folder of its own cannot be.
  ///
  /// Something else than a plain file then stands there, such as a link that others may have put there. To be called
  /// before the work. A folder that is not there is all right.
  package static func check(_ names: [String], in folder: URL) throws(MVError) {
    for name in names {
      try expect(S_IFREG, at: folder.appending(path: name).path)
      do throws(MVError) {
        _ = try FileDescriptor(own: folder.appending(path: ".\(name).creating").path, creating: false)
      } catch {
        guard error.kind == .missingInput else { throw error }
      }
    }
  }

  /// Throws where one of `names` in `folder` is there and is no folder of its own: a link, or a file.
  package static func checkFolders(_ names: [String], in folder: URL) throws(MVError) {
    for name in names { try expect(S_IFDIR, at: folder.appending(path: name).path) }
  }

  /// Throws where something stands at `path` that is not of `type`.
  private static func expect(_ type: mode_t, at path: String) throws(MVError) {
    var status = stat()
    guard lstat(path, &status) != 0 || status.st_mode & S_IFMT == type else { throw FileDescriptor.foreign(path) }
  }
}
