public import Foundation
public import MVCore

extension FittedProbe {
  /// Writes the probe as JSON, atomically.
  public func write(to url: URL) throws(MVError) {
    try writeAtomically(try encodeJSON(self), to: url)
  }

  /// Reads a probe that ``write(to:)`` wrote; throws where the file is missing, or is not a whole probe.
  public init(contentsOf url: URL) throws(MVError) {
    self = try decodeJSON(FittedProbe.self, from: url, what: "a saved probe")
    let columns = inputs.reduce(0) { $0 + $1.columns }
    guard columns > 0, classes.count > 1, centre.count == columns, bias.count == classes.count,
      weights.count == classes.count * columns, zip(classes, classes.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .badData(url.path, "is a probe whose sizes do not agree", remedy: "save it again") }
  }
}

/// Encodes `value` as JSON with sorted keys.
func encodeJSON(_ value: some Encodable) throws(MVError) -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do { return try encoder.encode(value) } catch { throw MVError(error, subject: "JSON") }
}

/// Reads what ``encodeJSON(_:)`` made; `what` names it in errors.
func decodeJSON<Value: Decodable>(_ type: Value.Type, from url: URL, what: String) throws(MVError) -> Value {
  let data: Data
  do { data = try Data(contentsOf: url) } catch {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw .missingInput(url.path, "does not exist", remedy: "check the path")
    }
    throw .inputOutput(url.path, "cannot be read", remedy: "check its permissions")
  }
  do { return try JSONDecoder().decode(type, from: data) } catch {
    throw .badData(url.path, "is not \(what), or is cut off", remedy: "save it again")
  }
}

/// Writes a whole file or none.
func writeAtomically(_ data: Data, to url: URL) throws(MVError) {
  do { try data.write(to: url, options: .atomic) } catch {
    throw .inputOutput(url.path, "cannot be written", remedy: "check the folder and the space left")
  }
}
