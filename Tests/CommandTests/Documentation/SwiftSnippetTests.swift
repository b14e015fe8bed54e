import Foundation
import TestSupport
import Testing

/// Every Swift snippet of the documentation stands, line for line, in `SnippetBodies.swift` or in a program of
/// `Snippets`, which are compiled and run.
struct SwiftSnippetTests {
  static let bodies = Fixture.root.appending(
    path: "Tests/CommandTests/Documentation/SnippetBodies.swift")

  @Test(arguments: Page.all) func snippetsAreRun(_ page: Page) throws {
    let programs = try FileManager.default.contentsOfDirectory(
      at: SnippetTests.folder, includingPropertiesForKeys: nil)
    let lines = try ([Self.bodies] + programs).flatMap {
      Self.lines(of: try String(contentsOf: $0, encoding: .utf8))
    }
    for snippet in page.fences("swift") {
      let wanted = Self.lines(of: snippet)
      let imports = wanted.filter { $0.hasPrefix("import ") }
      let body = Array(wanted.drop { $0.hasPrefix("import ") })
      #expect(!body.isEmpty)
      #expect(
        imports.allSatisfy { lines.contains($0) || lines.contains("@testable \($0)") },
        "\(page): \(imports)")
      let places = lines.indices.filter { lines[$0...].starts(with: body) }
      #expect(
        !places.isEmpty,
        "\(page) shows a snippet that neither SnippetBodies.swift nor Snippets holds:\n\(snippet)")
    }
  }

  /// The lines that hold something, without indentation and comments at their ends.
  private static func lines(of text: String) -> [String] {
    text.split(separator: "\n").map { line in
      let code = line.firstRange(of: "  //").map { line[..<$0.lowerBound] } ?? line
      return code.trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }
  }
}
