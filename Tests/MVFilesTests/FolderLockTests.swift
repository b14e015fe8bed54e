import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

/// One process at a time writes into a folder.
struct FolderLockTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var file: URL { folder.url.appending(path: FolderLock.name) }

  @Test func aSecondOneIsRefusedAndTheFileGoes() throws {
    do {
      let held = try FolderLock(folder.url)
      defer { withExtendedLifetime(held) {} }
      let error = #expect(throws: MVError.self) { try FolderLock(folder.url) }
      #expect(error?.kind == .inputOutput && error?.problem == "is being written by another process")
      #expect(error?.subject == folder.url.path && error?.cause?.contains("process \(getpid())") == true)
    }
    #expect(!FileManager.default.fileExists(atPath: file.path))
    _ = try FolderLock(folder.url)
  }

  /// A killed process leaves the file, and no lock.
  @Test func whatAKilledOneLeftIsTakenOver() throws {
    try Data("a program (process 1) on another machine, whose name is long\n".utf8).write(to: file)
    let held = try FolderLock(folder.url)
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("process \(getpid())") && text.split(separator: "\n").count == 1)
    withExtendedLifetime(held) {}
  }

  @Test func aPlantedLinkIsNotFollowed() throws {
    let victim = folder.url.appending(path: "victim")
    try Data("mine".utf8).write(to: victim)
    try FileManager.default.createSymbolicLink(at: file, withDestinationURL: victim)
    #expect(throws: MVError.self) { try FolderLock(folder.url) }
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
  }

  /// Some file systems give no locks: then nothing is written, and the words say why.
  @Test func withoutLocksNothingIsWritten() throws {
    // O_PATH: a descriptor that the system locks as little as a file system without locks.
    let file = try FileDescriptor(folder.url.path, flags: 0o10000000)
    let error = #expect(throws: MVError.self) { try file.lock() }
    #expect(error?.kind == .inputOutput && error?.problem.hasPrefix("cannot be locked") == true)
    #expect(error?.remedy.contains("flock") == true)
  }
}
