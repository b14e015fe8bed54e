package import Foundation
package import MVCore

/// JSON with sorted keys, so that equal values give equal texts.
package enum CanonicalJSON {
  /// The JSON text of `value`; infinities and not-a-number become `"inf"`, `"-inf"` and `"nan"`.
  ///
  /// `value` must consist of texts and numbers: encoding it cannot fail.
  package static func text(_ value: some Encodable) -> String {
    let encoder = encoder(pretty: false)
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let bytes = try? encoder.encode(value) else {
      preconditionFailure("texts and numbers always have a JSON text")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The JSON bytes of `value`, indented with `pretty`; throws where a number is not finite.
  package static func data(_ value: some Encodable, pretty: Bool = false) throws(MVError) -> Data {
    // Texts and numbers fail for one reason alone; what Foundation says of it is not for people.
    do { return try encoder(pretty: pretty).encode(value) } catch {
      throw .badData("JSON", "has no form for a number that is not finite", remedy: "leave --json out to see it")
    }
  }

  private static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }

  /// Decodes a JSON text; nil where the text is not a `Value`.
  package static func value<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) -> Value? {
    try? JSONDecoder().decode(type, from: Data(text.utf8))
  }

  /// Reads a JSON file, or with `orStream` what a pipe gives; `renamed` maps old names of keys to new ones.
  ///
  /// Throws where the file is missing or cannot be decoded; `what` says in the error what the file should be.
  package static func value<Value: Decodable>(
    _ type: Value.Type = Value.self, in url: URL, what: String, renamed: [String: String] = [:], orStream: Bool = false
  ) throws(MVError) -> Value {
    let data = try WholeFile.bytes(of: url, orStream: orStream)
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

/// A JSON key under its new name.
private struct RenamedKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
