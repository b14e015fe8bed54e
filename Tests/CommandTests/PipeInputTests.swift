import Foundation
import TestSupport
import Testing

/// Pipes and devices where a file is read: they are bounded, and a user who wants to stop does not wait for them.
@Suite(.serialized) struct PipeInputTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws {
    folder = try TemporaryFolder()
    try #require(mkfifo(path("pipe"), 0o600) == 0)
  }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func extract() throws {
    let made = try Tool.run(
      tool, ["extract", "synthetic:40", "--representation", "color", "--output", path("a.h5"), "-q"])
    try #require(made.status == 0, "\(made.errors)")
    let arrays = try Tool.run(tool, ["convert", path("a.h5"), "--output", path("arrays"), "-q"])
    try #require(arrays.status == 0, "\(arrays.errors)")
  }

  /// Nobody writes into the pipe.
  @Test(arguments: [
    ["convert", "all/color=arrays/train/color.npy", "all/ids=pipe", "--output", "b.h5"],
    ["convert", "all/color=arrays/train/color.npy", "--classes", "pipe", "--output", "b.h5"],
    ["extract", "synthetic:40", "--config", "pipe", "--output", "b.h5"],
    ["extract", "files:pipe", "--output", "b.h5"],
    ["knn", "a.h5", "--label-list", "pipe"],
    ["show", "pipe", "--output", "b.png"],
    ["probe", "a.h5", "--lambda", "1", "--csv", "pipe"],
  ])
  func whoWaitsForAPipeStopsWhenAsked(_ words: [String]) throws {
    try extract()
    for number in [SIGINT, SIGTERM] {
      let process = Process()
      process.executableURL = tool
      process.arguments = words
      process.currentDirectoryURL = folder.url
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(700_000)
      #expect(process.isRunning, "\(words): it waits")
      kill(process.processIdentifier, number)
      // One is enough.
      for _ in 0..<2000 where process.isRunning { usleep(10_000) }
      #expect(!process.isRunning, "\(words)")
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      let ended = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
      #expect(ended == 128 + number, "\(words)")
    }
  }

  /// What comes from a pipe is what would come from a file.
  @Test func pipesAreReadToTheirEnd() throws {
    try extract()
    let line = """
      cat arrays/train/ids.txt > pipe & exec "$0" convert all/color=arrays/train/color.npy all/ids=pipe --output b.h5
      """
    let run = try Tool.run(URL(filePath: "/bin/sh"), ["-c", line, tool.path], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let shown = try Tool.run(tool, ["convert", "b.h5", "--output", "back"], in: folder.url)
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(
      try Data(contentsOf: folder.url.appending(path: "back/all/ids.txt"))
        == Data(contentsOf: folder.url.appending(path: "arrays/train/ids.txt")))
  }

  @Test func aPipeWithoutEndIsBounded() throws {
    for line in ["</dev/zero", "< <(yes 'hog: {J: 2}')"] {
      let run = try Tool.run(
        URL(filePath: "/bin/bash"),
        ["-c", "exec \"$0\" extract synthetic:40 --config /dev/stdin --output b.h5 \(line)", tool.path],
        in: folder.url)
      #expect(run.status == 65, "\(run.status) \(run.errors)")
      let lines = run.errors.split(separator: "\n")
      #expect(lines.count == 1 && run.errors.contains("/dev/stdin: holds more than the 64 MiB"), "\(run.errors)")
    }
  }

  /// Arrays, weights and feature files are mapped: only plain files are taken.
  @Test(arguments: [
    ["networks", "/dev/zero"], ["networks", "pipe"], ["inspect", "/dev/zero"], ["inspect", "pipe"],
    ["convert", "all/x=/dev/zero", "--output", "b.h5"], ["convert", "all/x=pipe", "--output", "b.h5"],
    ["extract", "npy:pipe", "--output", "b.h5"], ["embed", "pipe", "synthetic:40", "--output", "b.h5"],
  ])
  func onlyPlainFilesAreMapped(_ words: [String]) throws {
    let run = try Tool.run(tool, words, in: folder.url)
    #expect([64, 65, 66].contains(run.status), "\(words): \(run.status) \(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  /// In a folder that was named, a pipe is nothing that the user gave.
  @Test func pipesInAFolderAreNotWaitedFor() throws {
    try extract()
    let ids = folder.url.appending(path: "arrays/train/ids.txt")
    try FileManager.default.removeItem(at: ids)
    try #require(mkfifo(ids.path, 0o600) == 0)
    let run = try Tool.run(tool, ["convert", "arrays", "--output", "b.h5"], in: folder.url)
    #expect(run.status == 65 && run.errors.contains("is a pipe or a device"), "\(run.errors)")
    try FileManager.default.removeItem(at: ids)
    for name in ["features.json", "classes.txt"] {
      let place = folder.url.appending(path: "arrays/\(name)")
      try? FileManager.default.removeItem(at: place)
      try #require(mkfifo(place.path, 0o600) == 0)
      let run = try Tool.run(tool, ["convert", "arrays", "--output", "\(name).h5"], in: folder.url)
      #expect(run.status == (name == "classes.txt" ? 65 : 0), "\(name): \(run.errors)")
    }
  }
}
