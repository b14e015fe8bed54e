import Foundation
import MVCore
import MVImaging
import MVStore
import TestSupport
import Testing

/// Programs that are started without stdout or stderr, or whose words cannot be written: the work is done, and results
/// that are lost are an error.
@Suite(.serialized) struct StandardStreamsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// Runs a shell's line with `$MVMR` for the program, as only a shell closes descriptors.
  private func shell(_ line: String) throws -> Tool.Outcome {
    try Tool.run(
      URL(filePath: "/bin/sh"), ["-c", line], in: folder.url,
      environment: ["MVMR": Tool.folder.appending(path: "mvmr").path, "SWIFT_BACKTRACE": "enable=no"])
  }

  private func extract() throws {
    let made = try shell("$MVMR extract synthetic:200 --representation hog --output a.h5")
    try #require(made.status == 0, "\(made.errors)")
  }

  /// Every block of a file that is complete has its checksum, so that a message within it would be seen.
  private func check(_ name: String, at location: SourceLocation = #_sourceLocation) throws {
    let found = try FeatureFile(reading: URL(filePath: path(name))).verify()
    #expect(found.missingBlocks == 0 && found.blocks > 0, sourceLocation: location)
  }

  @Test(arguments: ["2>&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
  func theFeatureFileHoldsNoMessages(_ closed: String) throws {
    let run = try shell("$MVMR extract synthetic:2000 --representation scattering --jobs 1 --output a.h5 \(closed)")
    #expect(run.status == (closed.contains(">&- 2") ? 74 : 0), "\(run.errors)")
    try check("a.h5")
    let before = try Data(contentsOf: URL(filePath: path("a.h5")))
    // A finished file needs no work, and yet is opened.
    _ = try shell("$MVMR extract synthetic:2000 --representation scattering --jobs 1 --output a.h5 \(closed)")
    #expect(try Data(contentsOf: URL(filePath: path("a.h5"))) == before)
  }

  @Test func mergedAndConvertedFilesHoldNoMessages() throws {
    for shard in 1...2 {
      let part = "--shard \(shard)/2 --output \(shard).h5"
      #expect(try shell("$MVMR extract synthetic:1000 --representation hog \(part) 2>&-").status == 0)
    }
    #expect(try shell("$MVMR merge 1.h5 2.h5 --copy --output a.h5 2>&-").status == 0)
    #expect(try shell("$MVMR convert a.h5 --compress --output b.h5 2>&-").status == 0)
    for name in ["1.h5", "2.h5", "a.h5", "b.h5"] { try check(name) }
  }

  @Test func trainingAndEmbeddingGoOnWithoutStderr() throws {
    try extract()
    let settings = "--set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=16 --set threads=1"
    for (name, closed) in [("run", "2>&-"), ("full", "2>/dev/full")] {
      let run = try shell("$MVMR train synthetic:64 --output \(name) \(settings) --set epochs=2 \(closed)")
      #expect(run.status == 0 && run.output.contains("\(name)/last.ckpt"), "\(run.status) \(run.output)")
    }
    let embedded = try shell("$MVMR embed run synthetic:64 --output e.h5 2>&-")
    #expect(embedded.status == 0, "\(embedded.output)")
    try check("e.h5")
  }

  @Test func messagesThatCannotBeWrittenEndNothing() throws {
    try extract()
    let knn = "$MVMR knn a.h5 --representation hog --k 1"
    for closed in ["2>&-", "2>/dev/full"] {
      let run = try shell("\(knn) \(closed)")
      #expect(run.status == 0 && run.output.contains("top-1"), "\(closed): \(run.status) \(run.output)")
    }
    // The reader of stderr closes its end before anything is written.
    let left = try shell("exec 3>code; { sleep 0.2; \(knn) 2>&1 >o.txt; echo $? >&3; } | :; cat code o.txt")
    #expect(left.output.hasPrefix("0\n") && left.output.contains("top-1"), "\(left.output)")
    // The exit code of an error is the same without the message.
    #expect(try shell("$MVMR knn no.h5 --representation hog 2>&-").status == 66)
    #expect(try shell("$MVMR knn no.h5 --representation hog 2>/dev/full").status == 66)
  }

  @Test(arguments: [
    "knn a.h5 --representation hog --k 1", "knn a.h5 --representation hog --k 1 --json", "inspect a.h5", "verify a.h5",
    "probe a.h5 --representation hog --lambda 1", "representations", "representations hog --json", "datasets list",
    "--help", "--version", "knn --help", "convert a.h5 --output arrays", "show x.png --output y.png",
    "extract synthetic:200 --representation hog --output a.h5", "train --settings",
  ])
  func resultsThatCannotBeWrittenAreAnError(_ words: String) throws {
    try extract()
    try Fixture.images("images/rgb32")[0].writePNG(to: URL(filePath: path("x.png")))
    let run = try shell("$MVMR \(words) >/dev/full")
    #expect(run.status == 74, "\(run.status) \(run.errors)")
    let last = try #require(run.errors.split(separator: "\n").last)
    #expect(last.hasPrefix(words.contains("--json") ? "{" : "mvmr: standard output: cannot be written"), "\(last)")
    try? FileManager.default.removeItem(atPath: path("arrays"))
    #expect(try shell("$MVMR \(words) >&-").status == 74)
  }

  @Test func aReaderThatHasLeftIsNoCrash() throws {
    // The reader closes its end before anything is written.
    let run = try shell("exec 3>code; { sleep 0.2; $MVMR representations; echo $? >&3; } | :; cat code")
    #expect(run.output == "74\n", "\(run.output)")
    #expect(run.errors.contains("standard output: cannot be written"), "\(run.errors)")
  }

  @Test func benchmarksDoTheSame() throws {
    let bench = Tool.folder.appending(path: "mvmr-bench").path
    let words = "representations --representation pixels --limit 2 --threads 1"
    #expect(try shell("\(bench) \(words) >/dev/full").status == 74)
    #expect(try shell("\(bench) \(words) 2>&-").status == 0)
  }
}
