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
}
