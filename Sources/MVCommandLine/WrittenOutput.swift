/// What a command that wrote something prints as JSON: where it is, and what is worth saying of it.
public struct WrittenOutput<Summary: Encodable>: Encodable {
  private let output: String
  private let summary: Summary

  /// Describes what was written at `output`; `summary` is an object, whose keys stand beside `output`.
  public init(_ output: String, _ summary: Summary) {
    self.output = output
    self.summary = summary
  }

  private enum CodingKeys: String, CodingKey { case output }

  /// Writes one object; throws what the encoder does.
  public func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(output, forKey: .output)
  }
}
