/// What a merge has made; what ``FillSummary`` tells can be asked of it, too.
@dynamicMemberLookup
public struct MergeSummary: Hashable, Sendable, Codable {
  /// The shards joined.
  public let shards: Int
  /// Rows, bytes and seconds.
  public let fill: FillSummary

  init(shards: Int, fill: FillSummary) {
    self.shards = shards
    self.fill = fill
  }

  /// What ``fill`` tells.
  public subscript<Value>(dynamicMember path: KeyPath<FillSummary, Value>) -> Value { fill[keyPath: path] }

  enum CodingKeys: String, CodingKey { case shards }

  /// Reads one object of `shards` and the keys of ``FillSummary``; throws where one is missing.
  public init(from decoder: any Decoder) throws {
    shards = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .shards)
    fill = try FillSummary(from: decoder)
  }

  /// Writes one object of `shards` and the keys of ``FillSummary``; throws what the encoder does.
  public func encode(to encoder: any Encoder) throws {
    try fill.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shards, forKey: .shards)
  }
}
