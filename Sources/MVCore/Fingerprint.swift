public import Foundation

/// A short text that changes when what was added to it changes: an FNV-1a hash of 64 bits.
///
/// It guards against mistakes, not against malice.
public struct Fingerprint: Hashable, Sendable {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Creates the fingerprint of nothing.
  public init() {}

  /// Adds a text.
  public mutating func add(_ text: String) {
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
  }

  /// Adds a file's name as given, its size and its time of last change in seconds.
  public mutating func add(file url: URL, named name: String) {
    let values = try? url.resourceValues(forKeys: [.fileSizeKey, .contentModificationDateKey])
    add(name)
    add("\(values?.fileSize ?? -1)")
    add("\(Int(values?.contentModificationDate?.timeIntervalSince1970 ?? 0))")
  }

  /// Adds the bytes of a file; throws where it cannot be read.
  public mutating func add(contentsOf url: URL) throws(MVError) {
    guard let bytes = try? Data(contentsOf: url, options: .alwaysMapped) else {
      throw .missingInput(url.path, "cannot be read", remedy: "check the path and its permissions")
    }
    bytes.withUnsafeBytes { raw in
      for byte in raw { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
  }

  /// Sixteen hexadecimal digits.
  public var text: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
