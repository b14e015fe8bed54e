import Foundation
import MVFiles
import TestSupport
import Testing

/// Files of strangers, and files that change while they are read: one line, and never an end by a signal.
@Suite struct UntrustedFileCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// A file at which HDF5 1.10.8 itself reads beyond its memory.
  @Test func whatBringsHDF5DownIsAnError() throws {
    let file = Fixture.url("untrusted/attribute-without-end.h5").path
    let outcome = try Tool.mvmr("verify", "-q", file)
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 1 && lines[0].hasPrefix("mvmr: \(file)"), "\(outcome.errors)")
  }

  /// What the child says and how it ends is what the program says, and how it ends.
  @Test func verifyEndsAsItsChildDoes() throws {
    let made = try Tool.mvmr("extract", "synthetic:40", "--representation", "lbp", "-q", "--output", path("a.h5"))
    #expect(made.status == 0)
    let whole = try Tool.mvmr("verify", path("a.h5"))
    #expect(whole.status == 0 && whole.output.hasSuffix("\n"))
    #expect(whole.output.components(separatedBy: "every checksum right").count == 2, "\(whole.output)")
    #expect(try Tool.mvmr("verify", path("none.h5")).status == 66)
    let json = try Tool.mvmr("verify", "--json", path("a.h5")).json()
    #expect(json["missing_blocks"] as? Int == 0 || json["missingBlocks"] as? Int == 0, "\(json)")
  }

  /// Features are mapped: what is cut off them is found when a page of it is touched.
  @Test func aFileThatIsCutWhileItIsMapped() throws {
    let (rows, columns) = (6_000, 256)
    let values = (0..<rows * columns).map { Float($0 % 1009) }
    try NumPyArray.write(
      values, shape: [rows, columns], element: .float32, to: folder.url.appending(path: "x.npy"))
    try NumPyArray.write(
      (0..<rows).map { Int64($0 % 7) }, shape: [rows], element: .int64, to: folder.url.appending(path: "y.npy"))
    let made = try Tool.mvmr(
      "convert", "-q", "all/x=\(path("x.npy"))", "all/labels=\(path("y.npy"))", "--output", path("a.h5"))
    #expect(made.status == 0, "\(made.errors)")
    let process = Process()
    process.executableURL = Tool.folder.appending(path: "mvmr")
    process.arguments = ["knn", "-q", path("a.h5")]
    try Data().write(to: URL(filePath: path("errors")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: path("errors")))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let maps = "/proc/\(process.processIdentifier)/maps"
    while process.isRunning, !((try? String(contentsOfFile: maps, encoding: .utf8))?.contains("a.h5") ?? false) {
      usleep(200)
    }
    kill(process.processIdentifier, SIGSTOP)
    #expect(truncate(path("a.h5"), 65_536) == 0)
    kill(process.processIdentifier, SIGCONT)
    process.waitUntilExit()
    // A processor that had read it all before it was stopped has nothing to complain about.
    #expect(process.terminationReason == .exit)
    guard process.terminationStatus != 0 else { return }
    let errors = try String(contentsOf: URL(filePath: path("errors")), encoding: .utf8)
    #expect(process.terminationStatus == 74 || process.terminationStatus == 65)
    let lines = errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(
      lines.count == 1 && lines[0].contains("a.h5: was cut short while it was") && lines[0].hasPrefix("mvmr: "),
      "\(errors)")
  }
}
