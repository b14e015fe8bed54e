import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVStore

/// On a file system of 256 KiB; needs the right to mount one.
@Suite(.serialized, .enabled(if: OtherProgram.canMount, "this process may not mount a file system"))
final class FullDiskTests {
  let folder: TemporaryFolder
  var disk: URL { folder.url.appending(path: "disk") }

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
    #expect(try OtherProgram.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", disk.path]).status == 0)
  }

  deinit { _ = try? OtherProgram.run(["umount", disk.path]) }

  private func plan(rows: Int) -> FeatureFilePlan {
    SampleFile.plan(rows: [rows, 10], blockRows: 100)
  }

  @Test func tooLittleSpaceIsSaidBeforeTheWork() throws {
    let url = disk.appending(path: "a.h5")
    let error = try #require(
      SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan(rows: 5000)) })
    #expect(error.kind == .inputOutput)
    #expect(error.subject == url.path)
    #expect(error.remedy.contains("make room"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
    let other = try #require(
      SampleFile.error {
        try Data(count: 200_000).write(to: self.disk.appending(path: "ballast"))
        _ = try FeatureFileWriter(creatingOrResuming: url, plan: self.plan(rows: 2000))
      })
    #expect(other.kind == .inputOutput)
    #expect(FileManager.default.fileExists(atPath: url.path) == false)
  }

  /// Enough room for the features, not for what HDF5 itself writes.
  @Test func fullWhileCreating() throws {
    let url = disk.appending(path: "a.h5")
    var plan = plan(rows: 2000)
    plan.representations = [RepresentationPlan(name: "r", representation: "r", shape: [1], axes: ["column"])]
    for ballast in stride(from: 180_000, through: 250_000, by: 10_000) {
      try Data(count: ballast).write(to: disk.appending(path: "ballast"))
      let error = try #require(
        SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan) })
      #expect(error.kind == .inputOutput)
      #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["ballast"])
    }
    try FileManager.default.removeItem(at: disk.appending(path: "ballast"))
    #expect(try FeatureFileWriter(creatingOrResuming: url, plan: plan).isResumed == false)
  }

  /// A file system that reserves no space fills up half-way; with room the same plan is finished, and nothing is lost.
  @Test func fullHalfWay() throws {
    let url = disk.appending(path: "a.h5")
    let whole = folder.url.appending(path: "whole.h5")
    let sparse = folder.url.appending(path: "sparse.h5")
    let plan = plan(rows: 2000)
    try SampleFile.write(plan, to: whole)
    try FeatureFileSkeleton.write(plan, to: sparse.path)
    #expect(try OtherProgram.run(["cp", "--sparse=always", sparse.path, url.path]).status == 0)
    let ballast = disk.appending(path: "ballast")
    try Data(count: 100_000).write(to: ballast)
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
      let error = try #require(SampleFile.error { try SampleFile.fill(writer) })
      #expect(error.kind == .inputOutput)
      #expect(error.remedy.contains("make room and run the same command again"))
      try writer.finish()
    }
    let done = try FeatureFile(reading: url).verify()
    #expect(done.blocks > 0 && done.missingBlocks > 0)
    try FileManager.default.removeItem(at: ballast)
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
      try SampleFile.fill(writer)
      try writer.finish()
    }
    #expect(try SampleFile.contents(url) == SampleFile.contents(whole))
  }

  /// Not even root may write there; what stands there can be read.
  @Test func aReadOnlyFileSystem() throws {
    let url = disk.appending(path: "a.h5")
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan(rows: 100))
      try SampleFile.fill(writer, blocks: 1)
      try writer.finish()
    }
    #expect(try OtherProgram.run(["mount", "-o", "remount,ro", disk.path]).status == 0)
    for place in [url, disk.appending(path: "new.h5")] {
      let error = try #require(
        SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: place, plan: self.plan(rows: 100)) })
      #expect(error.kind == .inputOutput && error.subject == place.path, "\(error)")
      #expect(error.remedy.contains("where you may write"), "\(error)")
    }
    #expect(try FeatureFile(reading: url).verify().blocks == 2)
  }
}
