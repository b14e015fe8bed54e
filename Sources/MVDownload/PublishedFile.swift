/// A file that the makers of a data set publish.
public struct PublishedFile: Hashable, Sendable {
  /// Its address.
  public let address: String
  /// Its MD5 sum, 32 hexadecimal digits.
  public let md5: String

  /// Describes a file.
  public init(_ address: String, md5: String) {
    self.address = address
    self.md5 = md5
  }

  /// The last part of the address.
  public var name: String { address.split(separator: "/").last.map(String.init) ?? address }
}
