public import Foundation

/// A 64-bit FNV-1a hash of texts and files: it changes when one of them changes.
///
/// It guards against mistakes, not against malice.
public struct Fingerprint: Hashable, Sendable {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Creates the fingerprint of nothing: what ``add(_:)`` and its siblings add to.
  public init() {}

  /// Adds a text; adding `"a"` and `"b"` differs from adding `"ab"`.
  public mutating func add(_ text: String) {
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
  }

  /// Adds `name`, the file's size in bytes and the time of its last change in whole seconds, but not its content.
  public mutating func add(file url: URL, named name: String) {
    let values = try? url.resourceValues(forKeys: [.fileSizeKey, .contentModificationDateKey])
    add(name)
    add("\(values?.fileSize ?? -1)")
    add("\(Int(values?.contentModificationDate?.timeIntervalSince1970 ?? 0))")
  }

  /// Adds the content of a file.
  ///
  /// Throws a missing-input error where the file cannot be read.
  public mutating func add(contentsOf url: URL) throws(MVError) {
    guard let bytes = try? Data(contentsOf: url, options: .alwaysMapped) else {
      throw .missingInput(url.path, "cannot be read", remedy: "check the path and its permissions")
    }
    bytes.withUnsafeBytes { raw in
      for byte in raw { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
  }

  /// The hash as sixteen hexadecimal digits.
  public var text: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
