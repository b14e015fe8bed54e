package import Foundation
package import MVCore
package import Synchronization
internal import SystemLinux

/// An open file: reads and writes at an offset, syncs, locks; closed when this object is freed.
package final class FileDescriptor: Sendable {
  /// The file's path, as errors name it.
  package let path: String
  private let number: Int32
  /// The system's number of the open file.
  package var descriptor: Int32 { number }
  /// Is told of every write and sync, so that a test can replay what a power failure leaves; nil outside such tests.
  package let observer = Mutex<(@Sendable (FileOperation) -> Void)?>(nil)

  /// Opens a file with the `flags` of open(2); throws where that fails.
  package init(_ path: String, flags: Int32) throws(MVError) {
    let number = open(path, flags | O_CLOEXEC, 0o666)
    guard number >= 0 else { throw FileDescriptor.failure(path, "cannot be opened", errno) }
    self.path = path
    self.number = number
  }

  /// Takes over what is open as `number`.
  init(_ path: String, open number: Int32) {
    self.path = path
    self.number = number
  }

  deinit {
    // Not by closing alone: a child process that is just being started still has a copy, and with it the lock.
    _ = flock(number, LOCK_UN)
    close(number)
  }

  /// The result of fstat(2): size in bytes, device, number; throws where that fails.
  package func status() throws(MVError) -> stat {
    var result = stat()
    guard fstat(number, &result) == 0 else { throw FileDescriptor.failure(path, "cannot be examined", errno) }
    return result
  }

  /// Which file this is, whatever now stands under its path; throws where that cannot be found out.
  package func identity() throws(MVError) -> FileIdentity {
    let status = try status()
    return FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino), size: Int(status.st_size))
  }

  /// Takes the writer's lock (flock), or one `shared` with readers; false where another process holds it.
  ///
  /// Throws where the file system cannot lock.
  package func lock(shared: Bool = false) throws(MVError) -> Bool {
    while true {
      if flock(number, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return true }
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: return false
      default: throw FileDescriptor.unlockable(path, errno)
      }
    }
  }

  /// The error of a file system that gives no locks: without one, two writers could not be kept apart.
  package static func unlockable(_ path: String, _ code: Int32) -> MVError {
    .inputOutput(
      path, "cannot be locked, so that another process could write to it at the same time",
      remedy: "choose a place on a file system with locks (flock)", cause: String(cString: strerror(code)))
  }

  /// The error for a file whose lock another process holds: who holds it and what for, and what to do.
  package func busy() -> MVError {
    let status = try? status()
    let holder = status.flatMap { LockHolder(device: UInt64($0.st_dev), number: UInt64($0.st_ino)) }
    // Programs that read HDF5 lock what they have open as well, but let others share it.
    let isRead = flock(number, LOCK_SH | LOCK_NB) == 0
    if isRead { _ = flock(number, LOCK_UN) }
    let isOurs = holder?.name.hasPrefix("mvmr") ?? true
    return .inputOutput(
      path, isRead ? "is open for reading in another program" : "is being written by another process",
      remedy: isOurs && !isRead
        ? "wait until that has ended, or give another --output"
        : "close it there (in Python by file.close(), or restart the notebook's kernel) and run the same command again, "
          + "or give another --output",
      cause: holder?.words)
  }

  /// Reads `count` bytes at `offset`, or fewer at the end of the file; throws where reading fails.
  package func read(_ count: Int, at offset: Int) throws(MVError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    // A closure that throws our own error type, which the standard library's withUnsafeMutableBytes cannot pass on.
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(MVError) in
      done = try readSome(UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
    return Array(bytes.prefix(done))
  }

  /// Fills `target` with the bytes at `offset`; throws where the file ends too early or reading fails.
  package func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws(MVError) {
    guard try readSome(target, at: offset) == target.count else {
      throw .badData(
        path, "was cut short while it was read", remedy: "restore the file, or write it again")
    }
  }

  private func readSome(_ target: UnsafeMutableRawBufferPointer, at offset: Int) throws(MVError) -> Int {
    var done = 0
    while done < target.count {
      let step = pread(number, target.baseAddress! + done, target.count - done, off_t(offset + done))
      if step == 0 { break }
      if step > 0 {
        done += step
      } else if errno != EINTR {
        throw FileDescriptor.failure(path, "cannot be read", errno)
      }
    }
    return done
  }

  /// Writes all of `bytes` at `offset`; several threads may call it at once.
  ///
  /// Throws where writing fails.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(MVError) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(number, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw FileDescriptor.failure(path, "cannot be written", count == 0 ? ENOSPC : errno)
      }
    }
    observer.withLock { $0?(.wrote(Array(bytes), offset: offset)) }
  }

  /// Writes all of `bytes` after what was written before, as pipes take them; throws where writing fails.
  package func append(_ bytes: [UInt8]) throws(MVError) {
    let code = StreamWriter.write(bytes, to: number)
    guard code == 0 else { throw FileDescriptor.failure(path, "cannot be written", code) }
  }

  /// Writes one whole number, little-endian, at `offset`; throws where writing fails.
  package func write<Value: FixedWidthInteger>(_ value: Value, at offset: Int) throws(MVError) {
    let stored = value.littleEndian
    // A closure that throws our own error type, which the standard library's withUnsafeBytes cannot pass on.
    try withUnsafePointer(to: stored) { (pointer) throws(MVError) in
      try write(UnsafeRawBufferPointer(start: pointer, count: MemoryLayout<Value>.size), at: offset)
    }
  }

  /// Writes all of `values` at `offset`, as they lie in memory; throws where writing fails.
  package func write<Value: BitwiseCopyable>(_ values: [Value], at offset: Int) throws(MVError) {
    // A closure that throws our own error type, which the standard library's withUnsafeBytes cannot pass on.
    try values.withUnsafeBufferPointer { (buffer) throws(MVError) in
      try write(UnsafeRawBufferPointer(buffer), at: offset)
    }
  }

  /// Cuts the file to zero bytes; throws where that fails.
  package func truncate() throws(MVError) {
    guard ftruncate(number, 0) == 0 else { throw FileDescriptor.failure(path, "cannot be emptied", errno) }
  }

  /// Waits until everything written is on the disk (fdatasync); throws where that fails.
  package func synchronize() throws(MVError) {
    observer.withLock { $0?(.syncing) }
    while fdatasync(number) != 0 {
      guard errno == EINTR else { throw FileDescriptor.failure(path, "cannot be written to the disk", errno) }
    }
    observer.withLock { $0?(.synced) }
  }

  /// Reserves disk space for the first `size` bytes, if the file system can; throws where there is not enough.
  package func reserve(_ size: Int) throws(MVError) {
    guard mv_linux_reserve(number, Int64(size)) != 0 else { return }
    let code = errno
    guard code == ENOSPC || code == EDQUOT || code == EFBIG else { return }
    throw FileDescriptor.failure(path, "needs \(FileDescriptor.inUnits(size)), which cannot be had", code)
  }

  /// Throws where the file system of `path` has less than `size` bytes free.
  package static func checkSpace(_ size: Int, at path: String) throws(MVError) {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return }
    let free = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
    guard !free.overflow, free.partialValue < size else { return }
    throw failure(path, "needs \(inUnits(size)), of which \(inUnits(free.partialValue)) are free", ENOSPC)
  }

  private static func inUnits(_ bytes: Int) -> String {
    bytes < 1_000_000_000
      ? String(format: "%.2f MB", Double(bytes) / 1e6) : String(format: "%.2f GB", Double(bytes) / 1e9)
  }

  /// Maps the whole file for reading; throws where it is empty or cannot be mapped.
  package func map() throws(MVError) -> MappedFile {
    let size = Int(try status().st_size)
    guard size > 0, let base = mmap(nil, size, PROT_READ, MAP_SHARED, number, 0), base != MAP_FAILED else {
      throw FileDescriptor.failure(path, "cannot be mapped", size > 0 ? errno : EIO)
    }
    return MappedFile(base: base, count: size)
  }

  /// Waits until the names in the folder of `path` are on the disk; throws where that fails.
  package static func synchronizeFolder(of path: String) throws(MVError) {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw failure(folder, "cannot be opened", errno) }
    defer { close(number) }
    // Some network file systems cannot sync a folder and say so with EINVAL.
    guard fsync(number) == 0 || errno == EINVAL else {
      throw failure(folder, "cannot be written to the disk", errno)
    }
  }

  /// The error of a system call that failed with `code` (errno), worded with a remedy.
  package static func failure(_ path: String, _ problem: String, _ code: Int32) -> MVError {
    let cause = String(cString: strerror(code))
    switch code {
    case ENOENT: return .missingInput(path, problem, remedy: "check the path", cause: cause)
    case EFBIG:
      return .inputOutput(
        path, problem, remedy: "raise the limit on the size of files (ulimit -f), and run the same command again",
        cause: cause)
    case ENOSPC, EDQUOT:
      return .inputOutput(
        path, problem, remedy: "make room and run the same command again: what is done is kept", cause: cause)
    case EACCES, EPERM, EROFS:
      return .inputOutput(
        path, problem, remedy: "choose a place where you may write, or ask for the right", cause: cause)
    default: return .inputOutput(path, problem, remedy: "check the disk and the folder", cause: cause)
    }
  }
}

/// Identifies the file that stood under a name when it was opened, so that a later one there is not mistaken for it.
package struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let number: UInt64
  /// The file's size in bytes.
  package let size: Int
}
