import MVExtraction

extension Extraction {
  /// The same extraction with one property of another value.
  func setting<Value>(_ path: WritableKeyPath<Extraction, Value>, _ value: Value) -> Extraction {
    var changed = self
    changed[keyPath: path] = value
    return changed
  }
}
