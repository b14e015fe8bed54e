internal import MVCore
internal import MVFiles

/// Attributes of a feature file that hold JSON.
enum AttributeJSON {
  /// Reads a text; `context` and `what` are for the error of one that is not the JSON it should be.
  static func value<Value: Decodable>(
    _ type: Value.Type, from text: String, _ what: String, _ context: HDF5Context
  ) throws(MVError) -> Value {
    guard let value = CanonicalJSON.value(type, from: text) else {
      throw MVError(context.kind, context.path, "\(what) is not the JSON it should be", remedy: context.remedy)
    }
    return value
  }
}
