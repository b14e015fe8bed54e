import Foundation
import TestSupport
import Testing

/// The line of progress on a real terminal, which is as wide as the terminal says.
@Suite(.enabled(if: access("/dev/ptmx", R_OK | W_OK) == 0)) struct TerminalWidthTests {
  /// What a command writes to a terminal of `columns` columns.
  private func written(_ arguments: [String], columns: UInt16) throws -> String {
    // A pseudo-terminal by the calls of Linux: Swift's module of the C library has none of its functions for them.
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(terminal >= 0)
    defer { close(terminal) }
    var (locked, number): (Int32, UInt32) = (0, 0)
    try #require(ioctl(terminal, UInt(0x4004_5431), &locked) == 0)  // TIOCSPTLCK
    try #require(ioctl(terminal, UInt(0x8004_5430), &number) == 0)  // TIOCGPTN
    let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(other >= 0)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
    let process = Process()
    process.executableURL = Tool.folder.appending(path: "mvmr")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: other, closeOnDealloc: false)
    try process.run()
    close(other)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    // The terminal's end comes as an error, when the program has closed it.
    while true {
      let count = read(terminal, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [30, 80] as [UInt16]) func linesFit(_ columns: UInt16) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mvmr-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = ["encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=16", "epochs=20"]
      .flatMap { ["--set", $0] }
    let text = try written(["train", "synthetic:64", "--output", folder.path] + settings, columns: columns)
    let lines = text.components(separatedBy: "\r\u{1B}[K").dropFirst().map { $0.prefix { !$0.isNewline } }
    #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("train ") && $0.count < columns }, "\(text)")
  }

  @Test func quietIsQuietOnATerminal() throws {
    let text = try written(["datasets", "info", "synthetic:60", "--quiet"], columns: 80)
    #expect(text.isEmpty, "\(text)")
  }
}
