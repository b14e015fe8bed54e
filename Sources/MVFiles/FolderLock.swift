package import Foundation
package import MVCore

/// Says that a process writes into a folder, as long as this object lives: no second one may.
///
/// A file in the folder is locked (flock), not the folder: that holds also between machines that share it. The lock
/// goes when the process ends, however that ends; the file goes with it, or is taken over by the next.
package final class FolderLock: Sendable {
  /// The name of the file.
  package static let name = ".lock"
  private let file: FileDescriptor

  /// Takes the lock of a folder that is there.
  ///
  /// Throws where another process has it, which is named where it is known, and where the file system cannot lock.
  package init(_ folder: URL) throws(MVError) {
    let path = folder.appending(path: Self.name).path
    // Terminates: it loops only if another process has given the lock back in between.
    while true {
      let file: FileDescriptor
      do throws(MVError) { file = try FileDescriptor(own: path) } catch {
        throw error.kind == .inputOutput && error.problem == "cannot be opened"
          ? error.with(subject: folder.path) : error
      }
      guard try file.lockOwn(for: folder.path) else { throw Self.busy(file, folder) }
      guard try file.standsAtItsPath() else { continue }
      self.file = file
      // For those who are on another machine, whose system does not list this process.
      try file.truncate()
      try file.write(Array("\(Self.ownName)\n".utf8), at: 0)
      return
    }
  }

  /// The open file, for a child process that is to keep others out as long as it lives.
  package var descriptor: Int32 { file.descriptor }

  deinit { if (try? file.standsAtItsPath()) == true { unlink(file.path) } }

  private static var ownName: String {
    let name = CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent } ?? "a program"
    return "\(name) (process \(getpid())) on \(ProcessInfo.processInfo.hostName)"
  }

  private static func busy(_ file: FileDescriptor, _ folder: URL) -> MVError {
    let error = file.busy()
    let written = (try? file.read(256, at: 0)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let holder = OneLine.text(String(written.prefix { !$0.isNewline }))
    return .inputOutput(
      folder.path, "is being written by another process",
      remedy: "wait until that has ended, or give another --output",
      cause: error.cause ?? (holder.isEmpty ? nil : holder))
  }
}
