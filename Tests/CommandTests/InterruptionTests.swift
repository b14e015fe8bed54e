import Foundation
import TestSupport
import Testing

/// Ctrl-C ends the commands that score representations at once: exit code 130, one line that says so, and no file.
@Suite(.serialized) struct InterruptionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let made = try Tool.mvmr(
      "extract", "synthetic:3000", "--representation", "pixels", "--output", path("features.h5"))
    try #require(made.status == 0, "\(made.errors)")
  }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// The work that is interrupted once its bar has begun to move, by the title of the bar.
  @Test(arguments: [
    ("probe", ["probe", "--penalty-folds", "20"]), ("compare", ["compare", "--folds", "20"]),
    ("probe", ["probe", "--protocol", "dino", "--learning-rate", "sweep"]),
    ("map", ["knn", "--k", "1", "--report", "page"]),
  ])
  func controlC(_ title: String, _ words: [String]) throws {
    var arguments = words + ["--representation", "pixels"]
    arguments.insert(path("features.h5"), at: 1)
    arguments = arguments.map { $0 == "page" ? path("page") : $0 }
    let errors = URL(filePath: path("errors"))
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = Tool.folder.appending(path: "mvmr")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    func lines() throws -> [Substring] {
      String(decoding: try Data(contentsOf: errors), as: UTF8.self).split(separator: "\n")
    }
    while process.isRunning, try !lines().contains(where: { $0.hasPrefix("\(title): ") }) { usleep(2000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    let last = try #require(lines().last)
    #expect(last.hasPrefix("mvmr: ") && last.hasSuffix("was stopped; run it again: nothing was written"), "\(last)")
    #expect(!FileManager.default.fileExists(atPath: path("page/report.html")))
  }
}
