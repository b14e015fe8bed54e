import MVCore
import MVEvaluation
import Testing

@Suite struct LabelSubsetTests {
  private func split() throws -> LabeledFeatures {
    let labels = [Int64](repeating: 0, count: 200) + [Int64](repeating: 1, count: 50) + [2, 2, -1]
    return try Rows.split((0..<253).map { Float($0) }, columns: 1, labels: labels, rows: Array(1..<253))
  }
  private func ids() -> [String] { (0..<253).map { "images/\($0).png" } }

  @Test func fractionsAreStratifiedAndSeeded() throws {
    let split = try split()
    guard case .single(let labels) = split.labels else { return }
    func rows(_ part: Double, _ seed: UInt64 = 0) throws -> [Int] {
      try LabelSubset.fraction(part, seed: seed).select(from: split, ids: ids).rows
    }
    let tenth = try rows(0.1)
    #expect((0..<3).map { label in tenth.count { labels[$0] == label } } == [20, 5, 1])
    #expect(tenth == tenth.sorted() && !tenth.contains(0) && !tenth.contains(252))
    #expect(try tenth == rows(0.1) && tenth != rows(0.1, 1))
    // A class never loses its last row, and a smaller part lies within a larger one.
    #expect(try rows(0.001).count == 3)
    #expect(try Set(rows(0.01)).isSubset(of: tenth))
    #expect(try rows(1).count == 251)
  }

  @Test func listsTakeNumbersAndIds() throws {
    let split = try split()
    let kept = try LabelSubset.listed(["7", "images/205.png", "", "\t", "3\r"]).select(from: split, ids: ids)
    #expect(kept.rows == [3, 7, 205])
  }

  @Test func numbersThatAreIdsTooMustBeSaid() throws {
    let split = try split()
    // The id of row i is the number 252 - i.
    let ids = (0..<253).map { "\(252 - $0)" }
    let list = ["7", "3"]
    let error = message { _ = try LabelSubset.listed(list).select(from: split) { ids } }
    #expect(error.contains("row numbers or ids") && error.contains("--label-list-kind"))
    #expect(try LabelSubset.listed(list, as: .rows).select(from: split) { ids }.rows == [3, 7])
    #expect(try LabelSubset.listed(list, as: .ids).select(from: split) { ids }.rows == [245, 249])
    #expect(try LabelSubset.listed(["7", "images/205.png"]).kinds(among: self.ids()) == [.rows, .ids])
    // Numbers that are ids but no rows, and rows but no ids, are what they can be.
    let large = (0..<253).map { "\(1000 + $0)" }
    #expect(try LabelSubset.listed(["1007"]).select(from: split) { large }.rows == [7])
    #expect(try LabelSubset.listed(["7"]).select(from: split) { large }.rows == [7])
    #expect(message { _ = try LabelSubset.listed(["7"], as: .ids).select(from: split) { large } }.contains("ids"))
    // Two spellings of one letter are two ids.
    let letters = ["e\u{301}", "\u{E9}"] + (2..<253).map { "\($0)" }
    #expect(try LabelSubset.listed(["\u{E9}"]).select(from: split) { letters }.rows == [1])
  }

  @Test func badSubsetsAreRefused() throws {
    let split = try split()
    func refusal(_ subset: LabelSubset) -> String { message { _ = try subset.select(from: split, ids: ids) } }
    #expect(refusal(.fraction(0, seed: 0)).hasPrefix("label fraction 0.0: is not above 0"))
    #expect(refusal(.fraction(1.5, seed: 0)).hasPrefix("label fraction 1.5"))
    #expect(refusal(.listed(["999"])).hasPrefix("label list entry 999: is not a usable row"))
    #expect(refusal(.listed(["0"])).hasPrefix("label list entry 0: is not a usable row"))
    #expect(refusal(.listed(["nothing.png"])).hasPrefix("label list entry nothing.png"))
    #expect(refusal(.listed(["4", "images/4.png"])).hasPrefix("label list entry images/4.png: stands twice"))
    #expect(refusal(.listed([" "])).hasPrefix("label list: is empty"))
  }
}
