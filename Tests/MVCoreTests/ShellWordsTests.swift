import Foundation
import MVCore
import Testing

/// Commands that are recorded in files or named in remedies.
struct ShellWordsTests {
  @Test func aShellReadsBackTheLine() throws {
    let words = ["mvmr", "show", "a b.png", "it's", "", "$HOME", "npy:x.npy,y.npy", "--size=2x2", "*", "a\nb", "\\"]
    let line = ShellWords.line(words)
    #expect(line.hasPrefix("mvmr show 'a b.png' 'it'\\''s' '' '$HOME' npy:x.npy,y.npy --size=2x2 '*' "))
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "printf '%s\\0' \(line)"]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    #expect(
      String(decoding: output, as: UTF8.self).split(separator: "\0", omittingEmptySubsequences: false).dropLast()
        == words[...].map { Substring($0) }[...])
  }
}
