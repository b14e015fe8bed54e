import Foundation
import MVCore
import MVPages
import TestSupport
import Testing

@testable import MVReports

/// Where a page may be written, and where never.
struct ReportFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func url(_ path: String) -> URL { folder.url.appending(path: path) }

  @Test func aPageIsReplacedByOneOfItsKind() throws {
    let place = url("deep/er")
    try ReportFolder(place, kind: "knn").write(Page(title: "First", kind: "knn"))
    let second = try ReportFolder(place, kind: "knn")
    #expect(second.page == place.appending(path: "report.html"))
    try second.write(Page(title: "Second", kind: "knn"))
    let text = try String(contentsOf: second.page, encoding: .utf8)
    #expect(text.contains("Second") && !text.contains("First"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.path) == ["report.html"], "nothing is left beside it")
  }

  @Test func nothingIsMadeBeforeAPageIsWritten() throws {
    _ = try ReportFolder(url("later"), kind: "knn")
    #expect(!FileManager.default.fileExists(atPath: url("later").path))
  }

  @Test func otherPagesAndFilesAreRefused() throws {
    try ReportFolder(url("knn"), kind: "knn").write(Page(title: "A", kind: "knn"))
    let another = #expect(throws: MVError.self) { try ReportFolder(url("knn"), kind: "probe") }
    #expect(another?.kind == .usage && another.map { "\($0)".contains("another kind (knn)") } == true)

    try FileManager.default.createDirectory(at: url("mine"), withIntermediateDirectories: true)
    try Data("<p>mine</p>".utf8).write(to: url("mine/report.html"))
    let foreign = #expect(throws: MVError.self) { try ReportFolder(url("mine"), kind: "knn") }
    #expect(foreign?.kind == .usage && foreign?.subject == url("mine/report.html").path)

    try Data().write(to: url("file"))
    let file = #expect(throws: MVError.self) { try ReportFolder(url("file"), kind: "knn") }
    #expect(file?.kind == .usage && file?.subject == url("file").path)
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try Data().write(to: url("file"))
    let report = try ReportFolder(url("file/under"), kind: "knn")
    let error = #expect(throws: MVError.self) { try report.write(Page(title: "A", kind: "knn")) }
    #expect(error?.subject.hasPrefix(url("file").path) == true)
  }
}
