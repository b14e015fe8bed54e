internal import MVCore
internal import MVFiles

/// Reads attributes of a feature file that hold JSON.
enum AttributeJSON {
  /// Decodes a text; throws where it is not the expected JSON, with `what` as its name in the error.
  static func value<Value: Decodable>(
    _ type: Value.Type, from text: String, _ what: String, _ context: HDF5Context
  ) throws(MVError) -> Value {
    guard let value = CanonicalJSON.value(type, from: text) else {
      throw MVError(context.kind, context.path, "\(what) is not the JSON it should be", remedy: context.remedy)
    }
    return value
  }
}
