import Foundation
import MVCore
import MVDatasets
import TestSupport
import Testing

/// Lists as people and spreadsheets write them: one file by several names, other encodings.
struct ListSpellingTests {
  private let layout: LayoutFolder

  init() throws {
    layout = try LayoutFolder()
    for name in ["00.png", "01.png", "sub/02.png"] { try layout.put(color: (1, 2, 3), name) }
    try layout.link("linked", to: "sub")
  }

  private var table: URL { layout.url.appending(path: "labels.csv") }

  @Test(arguments: ["00", "./00.png", "sub/../00.png", "linked/../00.png", ".//00.png", "ROOT/00.png"])
  func oneImageByTwoNamesIsRefused(name: String) throws {
    let name = name.replacing("ROOT", with: layout.url.path)
    try layout.put("00.png,x\n01.png,y\n\(name),y\n", "labels.csv")
    let error = failure { _ = try ImageFolder(directory: layout.url, labels: table) }
    #expect(error?.subject.hasSuffix("labels.csv:3") == true, "\(String(describing: error))")
    #expect(error?.problem == "names \(name) again, after line 1: 00.png")
    guard name != "00" else { return }
    let listed = failure { _ = try ListedImages(list: table) }
    #expect(listed?.problem == "names \(name) again, after line 1: 00.png", "\(String(describing: listed))")
  }

  @Test func everySpellingIsFound() throws {
    try layout.put("./00.png,x\n\(layout.url.path)/01.png,y\nlinked/../sub/02,y\n", "labels.csv")
    let source = try ImageFolder(directory: layout.url, labels: table)
    #expect(Array(source.splits[0].ids) == ["00.png", "01.png", "sub/02.png"])
    #expect(!source.contents.notices.contains { $0.contains("not there") }, "\(source.contents.notices)")
  }

  @Test(arguments: [true, false]) func anotherEncodingIsNamed(hasMark: Bool) throws {
    let letters = "00.png,x\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    try layout.put(Data((hasMark ? [0xFF, 0xFE] : []) + letters), "labels.csv")
    let error = failure { _ = try ImageFolder(directory: layout.url, labels: table) }
    #expect(error?.problem.contains("UTF-16") == true && error?.remedy.contains("UTF-8") == true)
    #expect(failure { _ = try ImageNet(directory: layout.url, classes: table) }?.problem.contains("UTF-16") == true)
  }

  @Test func theMarkOfUTF8IsNoLetter() throws {
    try layout.put(Data([0xEF, 0xBB, 0xBF] + Array("00.png,x\n01.png,y\n".utf8)), "labels.csv")
    let source = try ImageFolder(directory: layout.url, labels: table)
    #expect(Array(source.splits[0].ids) == ["00.png", "01.png"])
  }
}
