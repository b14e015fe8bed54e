public import MVCore
internal import MVFiles

/// The source of images that a feature file was made from: one JSON object, which this module keeps and does not read.
///
/// `MVDatasets.SourceRequest` is such a value. Keys that this version does not know are kept, so that a merged or
/// rewritten file says what the first one said. It is recorded, not compared: ``FeatureFilePlan/fingerprint`` is
/// compared.
public struct SourceRecord: Hashable, Sendable, Codable {
  private let object: [String: SettingValue]

  /// Records a value; throws where its JSON is not an object.
  public init(_ value: some Encodable) throws(MVError) {
    let text = String(decoding: try CanonicalJSON.data(value), as: UTF8.self)
    guard let record = SourceRecord(json: text) else {
      throw .usage("source \(text)", "is not a JSON object", remedy: "record a value with keys")
    }
    self = record
  }

  /// Reads JSON; nil where it is not an object.
  public init?(json text: String) {
    guard let record = CanonicalJSON.value(SourceRecord.self, from: text) else { return nil }
    self = record
  }

  /// Reads an object; throws what the decoder throws where there is none.
  public init(from decoder: any Decoder) throws {
    object = try decoder.singleValueContainer().decode([String: SettingValue].self)
  }

  /// Writes the object; throws what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(object)
  }

  /// The object, its keys sorted, on one line.
  public var json: String { CanonicalJSON.text(object) }

  /// The value that was recorded; nil where it is not a `Value`.
  public func value<Value: Decodable>(as type: Value.Type = Value.self) -> Value? {
    CanonicalJSON.value(type, from: json)
  }
}
