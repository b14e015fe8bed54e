import Foundation
import TestSupport
import Testing

/// The programs of `Snippets`, which SwiftPM builds beside the commands, run to their end.
struct SnippetTests {
  static let folder = Fixture.root.appending(path: "Snippets")

  /// What each program prints at least.
  static let programs = [
    ("extract", "250 rows, 0 of them"), ("own-representation", "gabor keeps every promise"),
    ("own-source", "train: 60"),
    ("evaluate", "[\"hog\", \"color\"]"), ("train", "a linear probe tells apart"),
  ]

  @Test(arguments: programs) func runs(_ name: String, _ prints: String) throws {
    let results = try TemporaryFolder()
    let run = try Tool.run(Tool.folder.appending(path: name), [results.url.path])
    #expect(run.status == 0, "\(run.errors)\(run.output)")
    #expect(run.output.contains(prints), "\(run.output)")
  }

  @Test func everySnippetIsRun() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
      $0.hasSuffix(".swift")
    }
    #expect(Set(files) == Set(Self.programs.map { "\($0.0).swift" }))
  }
}
