import Foundation
import MVCore
import MVYAML
import Testing

struct YAMLTests {
  private func parse(_ text: String) throws -> YAMLNode {
    try YAMLNode(parsing: Data(text.utf8), file: "test.yaml")
  }

  @Test func readsNestedMappingsAsDottedKeys() throws {
    let node = try parse(
      """
      epochs: 10   # a comment
      encoder:
        widths: "16-32-64"
        small_kernel: True
      lr: 1e-4
      path:
      """)
    let flat = try node.flattened()
    #expect(flat.map(\.key) == ["epochs", "encoder.widths", "encoder.small_kernel", "lr"])
    #expect(try flat.map { try $0.node.settingValue() } == [.int(10), .string("16-32-64"), .bool(true), .double(1e-4)])
    #expect(flat[1].node.line == 3 && flat[1].node.column == 11)
  }

  @Test func quotedNumbersStayText() throws {
    #expect(try parse("a: '12'").entries()[0].value.settingValue() == .string("12"))
  }

  @Test func readsSequences() throws {
    let node = try parse("representations:\n  - hog\n  - scattering: {J: 3, as: deep}\n")
    let elements = try node.entries()[0].value.elements()
    #expect(elements.count == 2)
    #expect(try elements[1].entries()[0].value.flattened().map(\.key) == ["J", "as"])
  }

  @Test(arguments: [
    ("a: [1, 2", "test.yaml:"), ("a: 1\na: 2", "test.yaml:2:1"), ("a: 1\n---\nb: 2", "several"),
    ("a: 1\n b: 2", "test.yaml:2"), ("a: &x [*x]", "refers to itself"),
  ])
  func badTextNamesThePlace(_ text: String, _ expected: String) throws {
    do {
      _ = try parse(text)
      Issue.record("accepted \(text)")
    } catch let error as MVError { #expect(error.description.contains(expected), "\(error)") }
  }

  @Test func aliasBombIsRefused() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      let alias = "*a\(level - 1)"
      text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
    }
    #expect(throws: MVError.self) { try parse(text) }
  }

  /// What libyaml itself would take minutes for, and more, is refused by its beginning.
  @Test(
    arguments: [
      String(repeating: "[", count: 300_000), String(repeating: "{a: ", count: 300_000),
      String(repeating: "- ", count: 300_000) + "x", "a: " + String(repeating: "[", count: 65),
      (0..<50_000).map { "k\($0): &a\($0) 1\n" }.joined(),
      "[" + String(repeating: "1, ", count: 200_000) + "1]",
    ])
  func whatNestsOrHoldsTooMuch(_ text: String) throws {
    do {
      _ = try parse(text)
      Issue.record("accepted")
    } catch let error as MVError { #expect(error.problem.hasPrefix("nests too deep, or holds too much"), "\(error)") }
  }

  @Test func whatNestsAsDeepAsItMay() throws {
    let depth = 60
    _ = try parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
  }

  @Test func emptyFileIsAnEmptyMapping() throws { #expect(try parse("# nothing\n").entries().isEmpty) }
}
