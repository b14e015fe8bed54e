internal import Foundation
package import MVCore

extension FileDescriptor {
  /// Opens a file that this program writes beside its outputs, and creates it where it is not there, if `creating`.
  ///
  /// What others may have put under the name is not touched: a link is not followed, and a file is taken over only
  /// where it is a plain one, has no second name, and is of this user or of the owner of the folder. Throws where
  /// something else is there, and where the file cannot be opened.
  package convenience init(own path: String, flags: Int32 = O_RDWR, creating: Bool = true) throws(MVError) {
    while true {
      if creating {
        let made = open(path, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        if made >= 0 {
          self.init(path, open: made)
          return
        }
        guard errno == EEXIST else { throw FileDescriptor.failure(path, "cannot be opened", errno) }
      }
      // Without waiting: a pipe would otherwise wait for its other end.
      let found = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      if found < 0, errno == ENOENT, creating { continue }
      guard found >= 0 else {
        throw [ELOOP, EISDIR, ENXIO].contains(errno)
          ? Self.foreign(path) : FileDescriptor.failure(path, "cannot be opened", errno)
      }
      guard Self.isOwn(found, beside: path, type: S_IFREG) else {
        close(found)
        throw Self.foreign(path)
      }
      self.init(path, open: found)
      return
    }
  }

  /// Opens a pipe or a device to write into; a pipe's reader is waited for until the process shall end.
  ///
  /// Throws where it cannot be opened, and, as interrupted, where nobody reads from the pipe until then.
  convenience init(writingInto path: String) throws(MVError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
      try self.init(path, flags: O_WRONLY | O_APPEND)
      return
    }
    while true {
      let number = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC)
      if number >= 0 {
        _ = fcntl(number, F_SETFL, O_APPEND)
        self.init(path, open: number)
        return
      }
      guard errno == ENXIO else { throw FileDescriptor.failure(path, "cannot be opened", errno) }
      guard !Cancellation.ofProcess.isCancelled else {
        throw MVError(.interrupted, path, "was read by nobody", remedy: "run the same command again, with a reader")
      }
      usleep(20_000)
    }
  }

  /// Takes the lock of a file that ``init(own:flags:)`` has opened; false where another process holds it.
  ///
  /// Throws, naming `subject`, where the file system cannot lock; the file then goes, unless something is in it.
  func lockOwn(for subject: String) throws(MVError) -> Bool {
    do throws(MVError) { return try lock() } catch {
      if (try? status().st_size) == 0 { unlink(path) }
      throw error.with(subject: subject)
    }
  }

  /// Whether what is open is of this type, has one name at most, and is of this user or of the folder's owner, who
  /// could put anything there.
  static func isOwn(_ number: Int32, beside path: String, type: mode_t) -> Bool {
    var status = stat()
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == type else { return false }
    guard type == S_IFDIR || status.st_nlink <= 1 else { return false }
    if status.st_uid == geteuid() { return true }
    var folder = stat()
    // Some network file systems show all files as of one user.
    return stat(URL(filePath: path).deletingLastPathComponent().path, &folder) == 0 && status.st_uid == folder.st_uid
  }

  /// The error for something under a name of this program's own that it did not make.
  static func foreign(_ path: String) -> MVError {
    .inputOutput(
      path, "is in the way: a link, or something that another user or program put there",
      remedy: "look at it, and move it away")
  }

  /// Whether this open file is the one that stands under its path now, no link followed.
  package func standsAtItsPath() throws(MVError) -> Bool {
    var named = stat()
    let opened = try status()
    return lstat(path, &named) == 0 && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
  }
}
