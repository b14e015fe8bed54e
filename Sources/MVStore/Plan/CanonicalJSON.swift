internal import Foundation
internal import MVCore

/// JSON with sorted keys, so that equal values are equal texts.
enum CanonicalJSON {
  /// The text of `value`.
  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let bytes = try? encoder.encode(value) else {
      preconditionFailure("texts and numbers always have a JSON text")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a text; `context` and `what` are for the error.
  static func value<Value: Decodable>(
    _ type: Value.Type, from text: String, _ what: String, _ context: HDF5Context
  ) throws(MVError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw MVError(context.kind, context.path, "\(what) is not the JSON it should be", remedy: context.remedy)
    }
  }
}
