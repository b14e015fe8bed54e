import Foundation
import MVCore
import Testing

@testable import MVCommandLine

/// What is recorded of the program in the files that it makes.
struct ProvenanceTests {
  @Test func versionIsOneNumber() {
    #expect(Version.text == "mvmr \(Version.number)")
    let parts = Version.number.split(separator: "-", maxSplits: 1)[0].split(separator: ".")
    #expect(parts.count == 3 && parts.allSatisfy { Int($0) != nil }, "\(Version.number) is no number of SemVer")
  }

  @Test func softwareNamesVersionsCommandAndSystem() {
    let software = Provenance.software
    #expect(software.keys.sorted() == ["codecs", "command", "mvmr", "opencv", "system"])
    #expect(software["mvmr"] == Version.text)
    #expect(software["opencv"]?.split(separator: ".").count == 3)
    #expect(software.values.allSatisfy { !$0.isEmpty })
  }

  @Test func commandLineIsOneThatAShellReadsBack() throws {
    let words = ["mvmr", "show", "a b.png", "it's", "", "$HOME", "npy:x.npy,y.npy", "--size=2x2", "*", "a\nb", "\\"]
    let line = Provenance.commandLine(of: words)
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
