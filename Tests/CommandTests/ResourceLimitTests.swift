import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// What `ulimit` takes away is one line that says so: nothing waits for ever, and no file is blamed.
@Suite(.serialized) struct ResourceLimitTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// Runs `mvmr` behind a line of a shell, for two minutes at most, after which it counts as waiting for ever.
  private func limited(_ limits: String, _ words: [String]) throws -> Tool.Outcome {
    try Tool.run(
      URL(filePath: "/bin/bash"),
      ["-c", "\(limits); exec timeout -s KILL 120 \"$0\" \"$@\"", tool.path] + words, in: folder.url,
      environment: ["SWIFT_BACKTRACE": "enable=no"])
  }

  private func extract(_ name: String = "a.h5") throws {
    let made = try Tool.run(
      tool, ["extract", "synthetic:200", "--representation", "hog", "--output", name, "-q"], in: folder.url)
    try #require(made.status == 0, "\(made.errors)")
  }

  /// The lines of errors without notes.
  private func lines(_ run: Tool.Outcome) -> [Substring] {
    run.errors.split(separator: "\n").filter { !$0.hasPrefix("note:") }
  }

  /// Without any room for open files, the libraries below end a process by a signal.
  @Test(arguments: [5, 8, 16]) func fewOpenFilesAreOneLine(_ count: Int) throws {
    let run = try limited(
      "ulimit -n \(count)", ["extract", "synthetic:40", "--representation", "hog", "--output", "f.h5"])
    #expect(run.status == 74, "\(run.status) \(run.errors)")
    #expect(lines(run).count == 1 && run.errors.contains("ulimit -n"), "\(run.errors)")
  }

  /// The least limit, in kB and to 25,000, with which the program says its version.
  private func addressSpace() throws -> Int {
    for room in stride(from: 100_000, to: 8_000_000, by: 25_000)
    where try limited("ulimit -v \(room)", ["version"]).status == 0 {
      return room
    }
    return 8_000_000
  }

  /// With little room for addresses, OpenBLAS tries for ever to have a buffer, and threads are waited for.
  @Test func littleMemoryIsOneLine() throws {
    try extract()
    let least = try addressSpace()
    var (done, refused) = (0, 0)
    for more in [0, 25_000, 100_000, 200_000, 300_000, 400_000, 500_000, 650_000, 800_000, 1_200_000, 4_000_000] {
      for words in [
        ["probe", "a.h5"], ["knn", "a.h5", "--k", "1"],
        ["extract", "synthetic:40", "--representation", "hog", "--output", "\(more).h5"],
      ] {
        let run = try limited("ulimit -v \(least + more)", words)
        #expect(run.status == 0 || run.status == 70, "\(more) \(words[0]): \(run.status) \(run.errors)")
        guard run.status != 0 else {
          done += 1
          continue
        }
        refused += 1
        #expect(lines(run).count == 1 && run.errors.contains("ulimit -v"), "\(more) \(words[0]): \(run.errors)")
      }
    }
    #expect(refused > 0, "the first has no room for work")
    // On many processors the last is too little, too.
    if Parallel.processorCount <= 8 { #expect(done > 0, "the last has room") }
  }

  /// Swift ends a process that has no memory for an array; an image that is sound is never a bad one.
  @Test func aLargeImageWithoutMemoryIsNotABadOne() throws {
    // Two colors, 531 MB once it is decoded to three channels.
    let side = 13_304
    let photos = folder.url.appending(path: "photos/a")
    try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
    try (Data("P4\n\(side) \(side)\n".utf8) + Data(count: side / 8 * side)).write(
      to: photos.appending(path: "large.ppm"))
    try Fixture.images("images/rgb32")[0].writePNG(to: photos.appending(path: "small.png"))
    let base = try addressSpace()
    let threads = min(Parallel.processorCount, 64) * 2
    var (done, refused) = (0, 0)
    for more in [0, 100_000, 700_000, 4_000_000] {
      let room = base + threads * 152 * 1024 + 160 * 1024 + more
      for words in [
        ["show", "photos/a/large.ppm", "--representation", "color", "--output", "\(more).png"],
        ["show", "photos/a/large.ppm", "--representation", "hog", "--output", "\(more)-hog.png"],
        [
          "extract", "folder:photos", "--size", "32x32", "--representation", "color", "--skip-bad-images", "--jobs",
          "1", "--output", "\(more).h5",
        ],
      ] {
        let run = try limited("ulimit -v \(room)", words)
        #expect(run.status == 0 || run.status == 70, "\(more) \(words[0]): \(run.status) \(run.errors)")
        #expect(!run.output.contains("left out"), "\(more) \(words[0]): \(run.output)")
        guard run.status != 0 else {
          done += 1
          continue
        }
        refused += 1
        let said = lines(run).filter { !$0.contains("images/s") && !$0.contains("extract: ") }
        #expect(said.count == 1 && said[0].contains("memory"), "\(more) \(words[0]): \(run.errors)")
      }
    }
    #expect(done > 0 && refused > 0, "\(done) done, \(refused) refused")
  }

  /// A sound file is not called damaged where the process that reads it has no room.
  @Test(arguments: ["ulimit -s 64", "ulimit -s 256", "ulimit -v 700000", "ulimit -v 1000000", "ulimit -d 100000"])
  func aSoundFileIsNotCalledDamaged(_ limits: String) throws {
    try extract()
    let run = try limited(limits, ["verify", "a.h5"])
    // The loader and the system may refuse before the program begins.
    #expect([0, 70, 127].contains(run.status), "\(run.status) \(run.errors)")
    #expect(!run.errors.contains("damaged") || run.errors.contains("without them"), "\(run.errors)")
    if run.status == 70 { #expect(lines(run).count == 1 && run.errors.contains("ulimit -"), "\(run.errors)") }
    if limits == "ulimit -s 64" { #expect(run.status == 70 && run.errors.contains("stacks"), "\(run.errors)") }
  }

  /// What HDF5 says of a file that may not grow is a line of addresses; what is written by us, by HDF5 and at the end.
  @Test(arguments: [1, 2, 4, 8, 16, 64, 400]) func filesThatMayNotGrow(_ blocks: Int) throws {
    try extract()
    for words in [
      ["extract", "synthetic:2000", "--representation", "color", "--output", "b.h5"],
      ["convert", "a.h5", "--compress", "--output", "c.h5"], ["convert", "a.h5", "--output", "arrays"],
    ] {
      let run = try limited("ulimit -f \(blocks)", words)
      let output = try #require(words.last)
      guard run.status != 0 else {
        // A file of so many blocks is none that is too large.
        #expect(blocks >= 16 && words[0] == "convert", "\(blocks) \(words)")
        try? FileManager.default.removeItem(atPath: path(output))
        continue
      }
      #expect(run.status == 74, "\(blocks) \(words): \(run.status) \(run.errors)")
      #expect(run.errors.contains("File too large") && run.errors.contains(output), "\(blocks) \(words): \(run.errors)")
      #expect(!run.errors.contains("errno") && !run.errors.contains("HDF5"), "\(blocks) \(words): \(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: path(output)), "\(blocks) \(words)")
    }
  }
}
