import Foundation
import TestSupport
import Testing

@testable import MVDownload

struct MD5Tests {
  @Test func sumsOfTheStandard() {
    // The test suite of RFC 1321.
    let sums = [
      "": "d41d8cd98f00b204e9800998ecf8427e", "a": "0cc175b9c0f1b6a831c399e269772661",
      "abc": "900150983cd24fb0d6963f7d28e17f72", "message digest": "f96b697d7cb7938d525a2f31aaf161d0",
      "abcdefghijklmnopqrstuvwxyz": "c3fcd3d76192e4007dfb496cca67e13b",
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789": "d174ab98d277d9f5a5611c2c9f419d9f",
      String(repeating: "1234567890", count: 8): "57edf4a22be3c955ac49da2e2107b67a",
    ]
    for (text, sum) in sums { #expect(Data(text.utf8).withUnsafeBytes { MD5.text(of: $0) } == sum, "\(text)") }
  }

  @Test func everyLengthOfTheLastBlock() throws {
    // Against the machine's own md5sum, at the lengths where the padding changes.
    let folder = try TemporaryFolder()
    for count in [55, 56, 57, 63, 64, 65, 119, 120, 1000] {
      let file = folder.url.appending(path: "x")
      try Data((0..<count).map { UInt8($0 % 256) }).write(to: file)
      let sum = try Tool.run("md5sum", file.path)
      #expect(try MD5.text(ofFile: file) == sum.output.prefix(32), "\(count) bytes, \(sum)")
    }
  }
}
