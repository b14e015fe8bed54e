/// A file that the makers of a data set publish, with its address and MD5 sum.
public struct PublishedFile: Hashable, Sendable {
  /// The URL of the file.
  public let address: String
  /// The file's MD5 sum as 32 hexadecimal digits.
  public let md5: String

  /// Creates the description of a file; `md5` must be 32 hexadecimal digits.
  public init(_ address: String, md5: String) {
    self.address = address
    self.md5 = md5
  }

  /// The file's name: the last part of the address.
  public var name: String { address.split(separator: "/").last.map(String.init) ?? address }
}
