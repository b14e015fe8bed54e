internal import Foundation
internal import MVCore
internal import MVFiles

extension FeatureFileWriter {
  /// Opens the file at `path` with the writer's lock; creates it by `plan` if it is missing or is to be replaced.
  ///
  /// Throws where another process is writing the file, or where it cannot be opened or created.
  static func open(
    _ path: String, _ plan: FeatureFilePlan, overwrite: Bool
  ) throws(MVError) -> (file: FileDescriptor, existed: Bool) {
    // Terminates: it loops only if another process has finished creating the file in between.
    while true {
      let existing = try openExisting(path)
      if let existing, !overwrite { return (existing, true) }
      if let created = try create(path, plan, replacing: existing != nil) { return (created, false) }
    }
  }

  /// Opens and locks the file; nil where there is none.
  ///
  /// Throws where another process is writing it.
  static func openExisting(_ path: String) throws(MVError) -> FileDescriptor? {
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
      guard try file.lock() else { throw AtomicFile.busy(path) }
      // Another process may have put a new file under the name before this one had the lock: its rows would be lost.
      let locked = try file.status()
      if stat(path, &status) == 0, status.st_ino == locked.st_ino, status.st_dev == locked.st_dev { return file }
    }
  }

  /// Writes the skeleton under another name and then renames it; nil where another process was first.
  private static func create(
    _ path: String, _ plan: FeatureFilePlan, replacing: Bool
  ) throws(MVError) -> FileDescriptor? {
    try AtomicFile.create(path, replacing: replacing) { (temporary, file) throws(MVError) in
      try FileDescriptor.checkSpace(plan.featureBytes, at: temporary)
      try FeatureFileSkeleton.write(plan, to: temporary)
      try file.reserve(Int(try file.status().st_size))
    }
  }

  /// Creates a feature file in one go: `body` gets the path to write to.
  ///
  /// A file that another process is writing is not replaced: its rows would be lost. `holdsLock` says that the caller
  /// already has its lock. Throws where the file is already there, unless it is to be replaced.
  static func create(
    _ path: String, replacing: Bool, holdsLock: Bool = false, _ body: (String) throws(MVError) -> Void
  ) throws(MVError) {
    let replaced = replacing && !holdsLock ? try openExisting(path) : nil
    defer { withExtendedLifetime(replaced) {} }
    let made = try AtomicFile.create(path, replacing: replacing) { (temporary, _) throws(MVError) in
      try body(temporary)
    }
    guard made == nil else { return }
    throw .usage(path, "is there already", remedy: "give --overwrite to replace it, or another --output")
  }
}
