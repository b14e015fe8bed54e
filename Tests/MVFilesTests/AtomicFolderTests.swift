import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

/// Folders are emptied and filled only where this program made them.
struct AtomicFolderTests {
  private let folder: TemporaryFolder
  private let manager = FileManager.default

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func fill(_ temporary: URL) throws(MVError) { try AtomicFolder.write(Data("new".utf8), "a", in: temporary) }

  private func names(_ name: String = "") throws -> [String] {
    try manager.contentsOfDirectory(atPath: place(name).path).sorted()
  }

  @Test func theFinishedFolderHoldsNothingElse() throws {
    try AtomicFolder.write(place("out"), fill)
    #expect(try names() == ["out"])
    #expect(try names("out") == ["a"])
  }

  @Test func aPlantedLinkIsNotFollowed() throws {
    try manager.createDirectory(at: place("victim"), withIntermediateDirectories: false)
    try Data("mine".utf8).write(to: place("victim/kept"))
    try manager.createSymbolicLink(at: place(".out.creating"), withDestinationURL: place("victim"))
    let error = #expect(throws: MVError.self) { try AtomicFolder.write(place("out"), fill) }
    #expect(error?.problem.hasPrefix("is in the way") == true)
    #expect(try names("victim") == ["kept"])
  }

  /// What would be refused in the midst of the work is found before it, and nothing is made.
  @Test func placesAreLookedAtBefore() throws {
    let staging = place(".out.creating")
    func problem() -> String? {
      do throws(MVError) {
        try StagingFolder.check(staging)
        return nil
      } catch { return error.problem }
    }
    #expect(problem() == nil && !manager.fileExists(atPath: staging.path))
    try manager.createDirectory(at: place("victim"), withIntermediateDirectories: false)
    try manager.createSymbolicLink(at: staging, withDestinationURL: place("victim"))
    #expect(problem()?.hasPrefix("is in the way") == true)
    try manager.removeItem(at: staging)
    try Data("mine".utf8).write(to: staging)
    #expect(problem()?.hasPrefix("is in the way") == true)
    try manager.removeItem(at: staging)
    try manager.createDirectory(at: staging, withIntermediateDirectories: false)
    #expect(problem() == nil)
    try Data("mine".utf8).write(to: place(".out.creating/kept"))
    #expect(problem()?.hasPrefix("is in the way") == true)
    // The mark of what a killed run left.
    try Data().write(to: place(".out.creating/.mvmr-unfinished"))
    #expect(problem() == nil)
    #expect(try names(".out.creating") == [".mvmr-unfinished", "kept"])
  }

  /// A folder of the user's own may be called so by chance.
  @Test func aFolderWithoutTheMarkIsNotEmptied() throws {
    try manager.createDirectory(at: place(".out.creating"), withIntermediateDirectories: false)
    try Data("mine".utf8).write(to: place(".out.creating/kept"))
    let error = #expect(throws: MVError.self) { try AtomicFolder.write(place("out"), fill) }
    #expect(error?.subject.hasSuffix(".out.creating") == true && error?.remedy.isEmpty == false)
    #expect(try names(".out.creating") == ["kept"])
    #expect(!manager.fileExists(atPath: place("out").path))
  }

  /// What a run left that was killed while it wrote is taken over; links in it are deleted, not followed.
  @Test func whatAKilledRunLeftIsTakenOver() throws {
    let leftovers = place("leftovers")
    try manager.createDirectory(at: place("victim"), withIntermediateDirectories: false)
    try Data("mine".utf8).write(to: place("victim/kept"))
    try AtomicFolder.write(place("out")) { (temporary) throws(MVError) in
      try AtomicFolder.write(Data("old".utf8), "b", in: temporary)
      // A copy of the folder as a kill would leave it here.
      try? manager.copyItem(at: temporary, to: leftovers)
    }
    try manager.removeItem(at: place("out"))
    try manager.moveItem(at: leftovers, to: place(".out.creating"))
    try manager.createSymbolicLink(at: place(".out.creating/link"), withDestinationURL: place("victim"))
    try AtomicFolder.write(place("out"), fill)
    #expect(try names("out") == ["a"])
    #expect(try names("victim") == ["kept"])
    #expect(try names() == ["out", "victim"])
  }

  @Test func oneFillsAtATime() throws {
    try AtomicFolder.write(place("out")) { (temporary) throws(MVError) in
      let error = #expect(throws: MVError.self) { try AtomicFolder.write(place("out"), fill) }
      #expect(error?.problem == "is being written by another process" && error?.subject == place("out").path)
      try fill(temporary)
    }
    #expect(try names("out") == ["a"])
  }

  @Test func namesStayInTheFolder() throws {
    #expect(try InnerPath.place(of: "a..b", in: folder.url, from: "f").path == place("a..b").path)
    #expect(try InnerPath.place(of: "a/b", in: folder.url, from: "f", isDeep: true).path == place("a/b").path)
    for name in ["", ".", "..", "a/b", "/a", "a/", "../a", "a\0b"] {
      let error = #expect(throws: MVError.self) { try InnerPath.place(of: name, in: folder.url, from: "f.h5") }
      #expect(error?.kind == .badData && error?.subject == "f.h5")
    }
    for name in ["", "/a", "a/", "a//b", "a/../b", "..", "a/./b", "a/.."] {
      #expect(throws: MVError.self) { try InnerPath.place(of: name, in: folder.url, from: "f", isDeep: true) }
    }
  }
}
