internal import Foundation

/// A text that changes when files change: an FNV-1a hash of their names, sizes and times of change.
struct Fingerprint {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: String) {
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
  }

  /// Adds a file's name as given, its size and its time of last change in seconds.
  mutating func add(file url: URL, named name: String) {
    let values = try? url.resourceValues(forKeys: [.fileSizeKey, .contentModificationDateKey])
    add(name)
    add("\(values?.fileSize ?? -1)")
    add("\(Int(values?.contentModificationDate?.timeIntervalSince1970 ?? 0))")
  }

  var text: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
