public import MVCore
internal import MVFiles

/// The source of images that a feature file was made from: one JSON object, which this module keeps and does not read.
///
/// `MVDatasets.SourceRequest` is such a value. Keys that this version does not know are kept, so that a merged or
/// rewritten file says what the first one said. ``FeatureFilePlan/fingerprint`` is compared; the record says
/// why two differ.
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

  /// The keys that an option of the commands writes, with its name; those that differ explain all other differences.
  private static let options = [
    ("size", "--size"), ("resize", "--resize"), ("interpolation", "--interpolation"), ("stretches", "--stretch"),
    ("exif_orientation", "--exif"),
    ("limit", "--limit"), ("layout", "--layout"),
    ("normalization", "--normalize"),
  ]

  /// The first option in which this source, of a file, differs from that of `run`, in words for a message.
  ///
  /// Nil where it differs in none, or the sources are of two kinds.
  func difference(from asked: SourceRecord, of run: String) -> String? {
    guard object["kind"] == asked.object["kind"] else { return nil }
    for (key, option) in Self.options {
      let (old, new) = (Self.words(object[key], option), Self.words(asked.object[key], option))
      if old != new {
        return "was made \(old.map { "with \($0)" } ?? "without \(option)"), \(run) is "
          + (new.map { "with \($0)" } ?? "without it")
      }
    }
    return nil
  }

  /// An option as it is written on the command line; nil where it is not given.
  private static func words(_ value: SettingValue?, _ option: String) -> String? {
    switch value {
    case nil, .nothing, .bool(false): nil
    case .bool(true): option
    case .pairs(let sides): "\(option) \(sides["height"] ?? .nothing)x\(sides["width"] ?? .nothing)"
    case let value?: "\(option) \(value)"
    }
  }

  /// The value that was recorded; nil where it is not a `Value`.
  public func value<Value: Decodable>(as type: Value.Type = Value.self) -> Value? {
    CanonicalJSON.value(type, from: json)
  }
}
