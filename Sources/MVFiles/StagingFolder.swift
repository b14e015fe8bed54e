package import Foundation
package import MVCore

/// A folder in which something is put together before it gets its name.
///
/// Its own name is the same for every process: a lock keeps two apart, and what a killed one left is emptied. A folder
/// is emptied only where it carries the mark of this program; any other is an error. The mark is what is locked:
/// network file systems lock files that are open for writing, and no folders.
package final class StagingFolder {
  /// The folder.
  package let url: URL
  private let lock: FileDescriptor
  /// The file that says whose the folder is: written first, deleted last.
  static let mark = ".mvmr-unfinished"

  /// Creates the folder, or takes over what a killed run left, and empties it.
  ///
  /// `target` is what will be made of it, for errors. Throws where another process is at it, and where something else
  /// stands there.
  package init(_ url: URL, for target: String) throws(MVError) {
    self.url = url
    lock = try Self.take(url, for: target)
    for name in try Self.names(in: url) ?? [] where name != Self.mark {
      // Links in it are deleted, not followed.
      do { try FileManager.default.removeItem(at: url.appending(path: name)) } catch {
        throw .inputOutput(url.path, "cannot be emptied", remedy: "check the folder and its permissions")
      }
    }
  }

  /// Throws where something else stands at `url` than nothing, an empty folder or what a killed run left.
  ///
  /// To be called before the work.
  package static func check(_ url: URL) throws(MVError) {
    try checkOwn(url)
    guard let names = try names(in: url), !names.isEmpty else { return }
    guard isMark(url.appending(path: mark).path) else { throw FileDescriptor.foreign(url.path) }
  }

  /// Creates the folder where it is not there, and takes the lock of its mark.
  private static func take(_ url: URL, for target: String) throws(MVError) -> FileDescriptor {
    let mark = url.appending(path: mark).path
    // Terminates: it loops only if another process has given the folder its name in between.
    while true {
      try AtomicFolder.createInner(url)
      try checkOwn(url)
      guard let before = try names(in: url) else { continue }
      guard before.isEmpty || isMark(mark) else { throw FileDescriptor.foreign(url.path) }
      let lock: FileDescriptor
      do throws(MVError) {
        // A mark that goes meanwhile is not made anew: the folder then has its name.
        lock = try FileDescriptor(own: mark, creating: before.isEmpty)
      } catch {
        guard error.kind == .missingInput else { throw error }
        continue
      }
      do throws(MVError) {
        guard try lock.lockOwn(for: target) else { throw lock.busy().with(subject: target) }
      } catch {
        // Only if there is nothing in it.
        rmdir(url.path)
        throw error
      }
      guard try lock.standsAtItsPath() else { continue }
      guard before.isEmpty else { return lock }
      // Another process may have filled it since it was seen empty, and be about to give it its name.
      guard try names(in: url) == [Self.mark] else {
        unlink(mark)
        throw lock.busy().with(subject: target)
      }
      try lock.synchronize()
      return lock
    }
  }

  /// Throws where something else than a folder of this user stands there; a link is not followed.
  private static func checkOwn(_ url: URL) throws(MVError) {
    let number = open(url.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard number >= 0 || ![ELOOP, ENOTDIR].contains(errno) else { throw FileDescriptor.foreign(url.path) }
    guard number >= 0 else {
      // Gone in between: the caller looks again.
      if errno == ENOENT { return }
      throw FileDescriptor.failure(url.path, "cannot be opened", errno)
    }
    defer { close(number) }
    guard FileDescriptor.isOwn(number, beside: url.path, type: S_IFDIR) else { throw FileDescriptor.foreign(url.path) }
  }

  /// What is in the folder; nil where it is not there.
  private static func names(in url: URL) throws(MVError) -> [String]? {
    do { return try FileManager.default.contentsOfDirectory(atPath: url.path) } catch {
      if !FileManager.default.fileExists(atPath: url.path) { return nil }
      throw FileDescriptor.failure(url.path, "cannot be listed", errno)
    }
  }

  private static func isMark(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Takes the mark away, once what is in the folder is whole; throws where that fails.
  package func unmark() throws(MVError) {
    guard unlink(url.appending(path: Self.mark).path) == 0 else {
      throw FileDescriptor.failure(url.path, "cannot be finished", errno)
    }
  }

  /// Deletes the folder and what is in it.
  package func remove() { try? FileManager.default.removeItem(at: url) }
}
