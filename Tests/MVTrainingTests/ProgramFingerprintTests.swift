import Foundation
import TestSupport
import Testing

@testable import MVTraining

/// The sums by which a program that is run again is known to be the file of before.
struct ProgramFingerprintTests {
  @Test func sumsOfTheStandard() {
    // The examples of FIPS 180-4, and the sum of nothing.
    let sums = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    for (text, sum) in sums { #expect(Data(text.utf8).withUnsafeBytes { SHA256.text(of: $0) } == sum) }
  }

  @Test func everyLengthOfTheLastBlock() throws {
    // Against the machine's own sha256sum, at the lengths where the padding changes.
    let folder = try TemporaryFolder()
    for count in [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000] {
      let file = folder.url.appending(path: "x")
      try Data((0..<count).map { UInt8($0 % 256) }).write(to: file)
      let sum = try Tool.run("sha256sum", file.path)
      #expect(try SHA256.text(ofFile: file) == sum.output.prefix(64), "\(count) bytes, \(sum)")
    }
  }

  @Test func programsAreKnownByTheirSums() throws {
    let program = try TrainedNetwork(at: Fixture.url("teacher/tiny.pt").path).fingerprint()
    let words = program.split(separator: " ")
    try #require(words.count == 2 && words[0].count == 16 && words[1].count == "sha256:".count + 64, "\(program)")
    #expect(TrainedNetwork.isSame(program, as: program))
    // As runs before this sum recorded it.
    #expect(TrainedNetwork.isSame(program, as: String(words[0])))
    // The same short sum and another long one: a program that was made to pass for it.
    #expect(!TrainedNetwork.isSame(program, as: "\(words[0]) sha256:\(String(repeating: "0", count: 64))"))
    #expect(!TrainedNetwork.isSame(program, as: nil))
    #expect(!TrainedNetwork.isSame(program, as: "0123456789abcdef"))
  }
}
