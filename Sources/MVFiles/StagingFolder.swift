package import Foundation
package import MVCore

/// A folder in which something is put together before it gets its name.
///
/// Its own name is the same for every process: its lock keeps two apart, and what a killed one left is emptied. A
/// folder is emptied only where it carries the mark of this program; any other is an error.
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
    let mark = url.appending(path: Self.mark)
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: url.path) } catch {
      throw FileDescriptor.failure(url.path, "cannot be listed", errno)
    }
    guard names.isEmpty || Self.isMark(mark.path) else { throw FileDescriptor.foreign(url.path) }
    if names.isEmpty { try AtomicFolder.write(Data(), Self.mark, in: url) }
    for name in names where name != Self.mark {
      // Links in it are deleted, not followed.
      do { try FileManager.default.removeItem(at: url.appending(path: name)) } catch {
        throw .inputOutput(url.path, "cannot be emptied", remedy: "check the folder and its permissions")
      }
    }
  }

  private static func take(_ url: URL, for target: String) throws(MVError) -> FileDescriptor {
    // Terminates: it loops only if another process has given the folder its name in between.
    while true {
      try AtomicFolder.createInner(url)
      let number = open(url.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard number >= 0 || ![ELOOP, ENOTDIR].contains(errno) else { throw FileDescriptor.foreign(url.path) }
      if number < 0, errno == ENOENT { continue }
      guard number >= 0 else { throw FileDescriptor.failure(url.path, "cannot be opened", errno) }
      let lock = FileDescriptor(url.path, open: number)
      guard FileDescriptor.isOwn(number, beside: url.path, type: S_IFDIR) else {
        throw FileDescriptor.foreign(url.path)
      }
      guard try lock.lock() else { throw lock.busy().with(subject: target) }
      if try lock.standsAtItsPath() { return lock }
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
