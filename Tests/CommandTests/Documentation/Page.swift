import Foundation
import TestSupport

/// One page of the documentation, and what it shows in fences.
struct Page: CustomStringConvertible {
  let name: String
  let text: String

  var description: String { name }

  /// README and everything in the folder of documentation.
  static let all: [Page] = {
    let folder = "Notebooks-free-docs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixture.root.appending(path: folder).path)) ?? []
    let paths =
      ["README.md", "CONTRIBUTING.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
    return paths.map { path in
      let text = try? String(contentsOf: Fixture.root.appending(path: path), encoding: .utf8)
      return Page(name: path, text: text ?? "")
    }
  }()

  /// The contents of every fence opened by ``` and `language`, in order.
  func fences(_ language: String) -> [String] {
    var found: [String] = []
    var lines: [Substring]?
    var isOpen = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let whole = lines { found.append(whole.joined(separator: "\n")) }
        lines = !isOpen && line == "```\(language)" ? [] : nil
        isOpen.toggle()
      } else {
        lines?.append(line)
      }
    }
    return found
  }
}
