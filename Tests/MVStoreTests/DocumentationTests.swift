import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVStore

/// The Python of `Notebooks-free-docs/FeatureFile.md`, run as it stands there.
@Suite struct DocumentationTests {
  private static let page = Fixture.root.appending(path: "Notebooks-free-docs/FeatureFile.md")

  /// The fenced pieces of a language, in order.
  private static func snippets(_ language: String) throws -> [String] {
    let text = try String(contentsOf: page, encoding: .utf8)
    return text.components(separatedBy: "```\(language)\n").dropFirst().map { piece in
      piece.components(separatedBy: "\n```")[0]
    }
  }

  @Test(.enabled(if: OtherProgram.python != nil, "no Python with h5py")) func pythonOfThePage() throws {
    let folder = try TemporaryFolder()
    // Under the name that the page uses, with the representation that it uses.
    try SampleFile.write(SampleFile.plan(element: .float16), to: folder.url.appending(path: "features.h5"))
    let snippets = try Self.snippets("python")
    #expect(snippets.count == 3)
    for snippet in snippets {
      let needsTorch = snippet.contains("torch")
      if needsTorch, try OtherProgram.run([OtherProgram.python!, "-c", "import torch"]).status != 0 { continue }
      let script = "import os\nos.chdir('\(folder.url.path)')\n" + snippet
      let run = try OtherProgram.run([OtherProgram.python!, "-c", script])
      #expect(run.status == 0, "\(snippet)\n\(run.output)")
      #expect(run.output.contains("(23, 3, 5)") || run.output.contains("[8, 15]"), "\(run.output)")
    }
  }

  /// Each attribute and data set that the writer makes is on the page.
  @Test func everyNameIsOnThePage() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    for name in [
      "format", "version", "dataset", "location", "fingerprint", "class_names", "settings", "software", "created",
      "splits",
      "shard", "sources", "ids", "labels", ".done", ".crc", ".skipped", "block_rows", "representations", "crc32c",
      "representation", "axes", "sketch",
    ] { #expect(text.contains("`\(name)`"), "\(name)") }
  }
}
