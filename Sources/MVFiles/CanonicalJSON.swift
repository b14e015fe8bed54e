package import Foundation
package import MVCore

/// JSON with sorted keys, so that equal values are equal texts.
package enum CanonicalJSON {
  /// The text of `value`, which holds texts and numbers; numbers that JSON lacks become `"inf"`, `"-inf"` and `"nan"`.
  package static func text(_ value: some Encodable) -> String {
    let encoder = encoder(pretty: false)
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let bytes = try? encoder.encode(value) else {
      preconditionFailure("texts and numbers always have a JSON text")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes of `value`, indented where `pretty`; throws where a number is not finite.
  package static func data(_ value: some Encodable, pretty: Bool = false) throws(MVError) -> Data {
    do { return try encoder(pretty: pretty).encode(value) } catch { throw MVError(error, subject: "JSON") }
  }

  private static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }

  /// The value that a text is of; nil where it is none of `Value`.
  package static func value<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) -> Value? {
    try? JSONDecoder().decode(type, from: Data(text.utf8))
  }

  /// Reads a file of JSON, in which keys may have the names that `renamed` gives new ones for.
  ///
  /// Throws where the file is missing, or not `what` it should be.
  package static func value<Value: Decodable>(
    _ type: Value.Type = Value.self, in url: URL, what: String, renamed: [String: String] = [:]
  ) throws(MVError) -> Value {
    let data = try WholeFile.bytes(of: url)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in
      let key = path[path.count - 1]
      return renamed[key.stringValue].map(RenamedKey.init) ?? key
    }
    do { return try decoder.decode(type, from: data) } catch {
      throw .badData(url.path, "is not \(what), or is cut off", remedy: "save it again")
    }
  }
}

/// A key of JSON under its new name.
private struct RenamedKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
