import Foundation
import MVCore
import MVImaging
import MVStore
import TestSupport
import Testing

/// Names, files and folders that others made: nothing is run, waited for, believed or obeyed.
@Suite(.serialized) struct UntrustedInputTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  @discardableResult
  private func mvmr(
    _ words: String..., environment: [String: String] = [:], status: Int32 = 0,
    at location: SourceLocation = #_sourceLocation
  ) throws -> Tool.Outcome {
    let run = try Tool.run(tool, words, in: folder.url, environment: environment)
    try #require(run.status == status, "\(words): \(run.status) \(run.errors)", sourceLocation: location)
    if status != 0 {
      let lines = run.errors.split(separator: "\n").filter { !$0.hasPrefix("note:") }
      #expect(lines.count == 1, "one line: \(run.errors)", sourceLocation: location)
    }
    return run
  }

  private func writeImages(_ classes: [String]) throws {
    let images = try Fixture.images("images/rgb45x37")
    for (label, name) in classes.enumerated() {
      for index in 0..<4 {
        let url = place("images/\(name)/\(index).png")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try images[(label + index) % images.count].writePNG(to: url)
      }
    }
  }

  /// Archives that begin as those of lrzip, grzip and lzop do: the programs that stand in PATH are not started.
  @Test func archivesStartNoPrograms() throws {
    let bin = place("bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    let began = place("began")
    for name in ["lrzip", "grzip", "lzop", "gzip", "bzip2", "xz", "zstd", "lz4", "uncompress"] {
      let program = bin.appending(path: name)
      try Data("#!/bin/sh\necho \(name) >> '\(began.path)'\n".utf8).write(to: program)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    }
    let path = "\(bin.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
    let starts: [[UInt8]] = [
      Array("LRZI".utf8) + [0, 6], Array("GRZipII".utf8) + [0, 2, 4, 0x3A, 0x29],
      [0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A, 0x1A, 0x0A],
    ]
    for start in starts {
      try Data(start + [UInt8](repeating: 0, count: 4096)).write(to: place("x.tar.gz"))
      try mvmr("extract", "cifar10:x.tar.gz", "--output", "x.h5", "--quiet", environment: ["PATH": path], status: 65)
    }
    #expect(!FileManager.default.fileExists(atPath: began.path))
  }

  /// Each layer unpacks to a thousand times as much: few kilobytes would keep the processor busy for hours.
  @Test func archivesWithinArchivesAreNotUnpacked() throws {
    try writeImages(["cat", "dog"])
    for pack in ["tar -cf - images | gzip", "tar -cf - images | bzip2 | gzip", "tar -cf - images | gzip | gzip"] {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "cd '\(folder.url.path)' && \(pack) > x.tar.gz"]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      try mvmr("datasets", "info", "folder:x.tar.gz", status: pack.hasSuffix("images | gzip") ? 0 : 65)
    }
  }

  @Test func pipesAreRefusedAndNotWaitedFor() throws {
    try writeImages(["a"])
    for name in ["x.tar", "x.npy", "images/a/9.png"] { try #require(mkfifo(place(name).path, 0o600) == 0) }
    for source in ["cifar10:x.tar", "npy:x.npy", "folder:images"] {
      let run = try mvmr("extract", source, "--size", "16x16", "--output", "x.h5", "--quiet", status: 65)
      #expect(run.errors.contains("is a pipe or a device"), "\(run.errors)")
    }
  }

  @Test func namesDoNotSteerTheTerminal() throws {
    let name = "cat\u{1b}[31m\u{7}\u{9b}2J"
    try writeImages([name, "dog"])
    let made = try mvmr("extract", "folder:images", "--size", "16x16", "--representation", "pixels", "--output", "f.h5")
    let shown = try [
      made, mvmr("inspect", "f.h5"), mvmr("datasets", "info", "folder:images"),
      mvmr("knn", "f.h5", "--representation", "pixels", "--k", "1"),
      mvmr("inspect", "no\u{1b}[2J.h5", status: 66),
    ]
    for run in shown {
      #expect(
        !(run.output + run.errors).unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 || $0.value == 0x9B })
    }
    #expect(shown[4].errors.contains(#"no\u001b[2J.h5"#))
  }

  @Test func imagesOfTooManyPixelsAreNotDecoded() throws {
    try writeImages(["a", "b"])
    let small = ["extract", "folder:images", "--size", "16x16", "--representation", "pixels", "--output", "f.h5"]
    let run = try Tool.run(tool, small + ["--max-pixels", "1000"], in: folder.url)
    #expect(run.status == 65 && run.errors.contains("more than the limit of 1000"), "\(run.errors)")
    #expect(run.errors.contains("--max-pixels"))
    #expect(try Tool.run(tool, small + ["--max-pixels", "1665"], in: folder.url).status == 0)
    try mvmr("show", "images/a/0.png", "--max-pixels", "1000", "--output", "s.png", status: 65)
    try mvmr("show", "images/a/0.png", "--max-pixels", "0", "--output", "s.png", status: 64)
    let help = try mvmr("extract", "--help").output
    #expect(help.contains("--max-pixels N=\(Decoding.usualPixelLimit)"))
  }

  @Test func showTakesWhatItsRemediesName() throws {
    let deep = Fixture.url("codecs/png_rgb16.png").path
    let refused = try mvmr("show", deep, "--output", "s.png", status: 65)
    #expect(refused.errors.contains("--sixteen-bits round"))
    try mvmr("show", deep, "--sixteen-bits", "round", "--representation", "pixels", "--output", "s.png")
  }

  @Test(arguments: ["--exif", "--decode", "--alpha", "--sixteen-bits"])
  func optionsForImageFilesAreForImageFiles(_ option: String) throws {
    let value = ["--decode": ["fast"], "--alpha": ["white"], "--sixteen-bits": ["round"]][option] ?? []
    let run = try Tool.run(tool, ["extract", "synthetic:40", option] + value + ["--output", "f.h5"], in: folder.url)
    #expect(run.status == 64 && run.errors.contains("\(option): is for image files"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: place("f.h5").path))
  }

  /// Work on a batch goes on for as long as it takes; a user who wants to stop does not wait for it.
  @Test func embeddingEndsSoonAfterItIsAskedTo() throws {
    try mvmr(
      "train", "synthetic:32", "--set", "encoder=cifar-resnet", "--set", "widths=32-64-128", "--set", "projector=8",
      "--set", "batch_size=8", "--set", "epochs=1", "--set", "threads=1", "--output", "run")
    let errors = place("errors")
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = tool
    process.arguments = ["embed", "run", "synthetic:6000", "--size", "128x128", "--output", "e.h5"]
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    while process.isRunning, try !String(contentsOf: errors, encoding: .utf8).contains("embed: ") { usleep(5000) }
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    let lines = try String(contentsOf: errors, encoding: .utf8).split(separator: "\n")
    #expect(process.terminationReason == .exit && process.terminationStatus == 143, "\(lines)")
    #expect(lines.last?.contains("was stopped") == true, "\(lines)")
    // What is whole is there, and the rest is known to be missing.
    let file = try FeatureFile(reading: place("e.h5"))
    #expect(try file.verify().missingBlocks > 0)
  }
}
