/// A file that the makers of a data set publish, with its address, MD5 sum and size.
public struct PublishedFile: Hashable, Sendable {
  /// The URL of the file.
  public let address: String
  /// The file's MD5 sum as 32 hexadecimal digits.
  public let md5: String
  /// The file's size in bytes, beyond which nothing is fetched; nil where it is not known.
  public let size: Int?

  /// Creates the description of a file; `md5` must be 32 hexadecimal digits.
  public init(_ address: String, md5: String, size: Int? = nil) {
    self.address = address
    self.md5 = md5
    self.size = size
  }

  /// The file's name: the last part of the address.
  public var name: String { address.split(separator: "/").last.map(String.init) ?? address }
}
