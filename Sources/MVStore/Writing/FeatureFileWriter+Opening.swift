internal import Foundation
internal import MVCore
internal import MVFiles

extension FeatureFileWriter {
  /// Opens the file at `path` with the writer's lock; creates it by `plan` if it is missing or is to be replaced.
  ///
  /// A file of another plan is replaced where it holds no finished row: a first attempt that failed leaves such a one.
  /// Throws where another process holds the file, where it was made by another plan, or where it cannot be opened or
  /// created.
  static func open(
    _ path: String, _ plan: FeatureFilePlan, overwrite: Bool
  ) throws(MVError) -> (file: FileDescriptor, stored: StoredFile, existed: Bool) {
    // Terminates: it loops only if another process has finished creating the file in between.
    while true {
      let existing = try openExisting(path, toReplace: overwrite)
      if let existing, !overwrite, try existing.status().st_size > 0 {
        let stored = try StoredFile(reading: path)
        guard let difference = PlanDifference.first(file: stored, asked: plan) else { return (existing, stored, true) }
        guard stored.isBlank else { throw stored.differs(difference) }
      }
      let created = try create(path, replacing: existing) { (temporary, file) throws(MVError) in
        try FileDescriptor.checkSpace(plan.featureBytes, at: temporary)
        try FeatureFileSkeleton.write(plan, to: temporary)
        try file.reserve(Int(try file.status().st_size))
      }
      if let created { return (created, try StoredFile(reading: path), false) }
    }
  }

  /// Opens and locks the file; nil where there is none.
  ///
  /// To replace a file whole it is enough that no other process writes it: those who read it keep the old one. Throws
  /// where another process holds it.
  private static func openExisting(_ path: String, toReplace: Bool) throws(MVError) -> FileDescriptor? {
    while true {
      var status = stat()
      guard stat(path, &status) == 0 else {
        guard errno == ENOENT else { throw FileDescriptor.failure(path, "cannot be examined", errno) }
        return nil
      }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw .usage(path, "is not a file", remedy: "name a file to write to")
      }
      let file = try FileDescriptor(path, flags: O_RDWR)
      guard try file.lock(shared: toReplace) else { throw file.busy() }
      // Another process may have put a new file under the name before this one had the lock: its rows would be lost.
      if try stands(file, at: path) { return file }
    }
  }

  /// Whether the open file is the one that stands under its name now.
  private static func stands(_ file: FileDescriptor, at path: String) throws(MVError) -> Bool {
    var status = stat()
    let opened = try file.status()
    return stat(path, &status) == 0 && status.st_ino == opened.st_ino && status.st_dev == opened.st_dev
  }

  /// Writes a file under another name and then renames it; nil where another process was first.
  private static func create(
    _ path: String, replacing existing: FileDescriptor?, _ body: (String, FileDescriptor) throws(MVError) -> Void
  ) throws(MVError) -> FileDescriptor? {
    defer { withExtendedLifetime(existing) {} }
    return try AtomicFile.create(path, replacing: existing != nil) { (temporary, file) throws(MVError) in
      // The lock may be shared: another process that replaces the file, too, may have been faster.
      if let existing, try !stands(existing, at: path) {
        throw .inputOutput(
          path, "was replaced by another process meanwhile", remedy: "give each process an --output of its own")
      }
      try body(temporary, file)
    }
  }

  /// Creates a feature file in one go: `body` gets the path to write to.
  ///
  /// A file that another process is writing is not replaced: its rows would be lost. `holdsLock` says that the caller
  /// already has its lock. Throws where the file is already there, unless it is to be replaced or holds no finished
  /// row.
  static func create(
    _ path: String, replacing: Bool, holdsLock: Bool = false, _ body: (String) throws(MVError) -> Void
  ) throws(MVError) {
    let made: FileDescriptor?
    if holdsLock {
      made = try AtomicFile.create(path, replacing: true) { (temporary, _) throws(MVError) in try body(temporary) }
    } else {
      let existing = try openExisting(path, toReplace: true)
      if let existing, !replacing, try !isBlank(existing) { throw isThere(path) }
      made = try create(path, replacing: existing) { (temporary, _) throws(MVError) in try body(temporary) }
    }
    guard made == nil else { return }
    throw isThere(path)
  }

  /// Whether a file holds no finished row, and nothing else that could be missed.
  private static func isBlank(_ file: FileDescriptor) throws(MVError) -> Bool {
    if try file.status().st_size == 0 { return true }
    // What cannot be read as a feature file is another program's, and stays.
    do throws(MVError) { return try StoredFile(reading: file.path).isBlank } catch { return false }
  }

  private static func isThere(_ path: String) -> MVError {
    .usage(path, "is there already", remedy: "give --overwrite to replace it, or another --output")
  }
}
