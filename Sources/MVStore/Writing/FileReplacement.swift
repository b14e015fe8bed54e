internal import Foundation
internal import MVCore

/// Writes a whole file beside its place, brings it to the disk and only then gives it its name, so that no instant leaves a
/// half-made file under that name.
enum FileReplacement {
  /// Creates the file at `path`, filled by `body`, which gets the path and the descriptor of what will become it.
  ///
  /// Returns nil where another process was first, unless `replacing` says that what stands there goes. The file comes with
  /// the writer's lock.
  static func create(
    _ path: String, replacing: Bool, _ body: (String, FileDescriptor) throws(MVError) -> Void
  ) throws(MVError) -> FileDescriptor? {
    let url = URL(filePath: path)
    let temporary = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).creating").path
    // The same name for all: the lock on it lets one process create at a time, and what a killed one left is reused.
    let file: FileDescriptor
    do throws(MVError) {
      file = try FileDescriptor(temporary, flags: O_RDWR | O_CREAT)
    } catch {
      throw MVError(error.kind, path, error.problem, remedy: error.remedy)
    }
    guard try file.lock() else { throw FeatureFileWriter.busy(path) }
    var named = stat()
    let opened = try file.status()
    guard stat(temporary, &named) == 0, named.st_ino == opened.st_ino, named.st_dev == opened.st_dev else { return nil }
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
      throw error.subject == temporary ? MVError(error.kind, path, error.problem, remedy: error.remedy) : error
    }
    try FileDescriptor.synchronizeFolder(of: path)
    return file
  }

  /// Creates the file at `path` in one go; throws where it is there already, unless it is to be replaced.
  ///
  /// A file that another process writes to is not replaced: its rows would be lost. `holdsLock` says that the caller itself
  /// has the lock on it.
  static func write(
    _ path: String, replacing: Bool, holdsLock: Bool = false, _ body: (String) throws(MVError) -> Void
  ) throws(MVError) {
    let replaced = replacing && !holdsLock ? try FeatureFileWriter.openExisting(path) : nil
    defer { withExtendedLifetime(replaced) {} }
    let made = try create(path, replacing: replacing) { (temporary, _) throws(MVError) in try body(temporary) }
    guard made == nil else { return }
    throw .usage(path, "is there already", remedy: "give --overwrite to replace it, or another --output")
  }
}
