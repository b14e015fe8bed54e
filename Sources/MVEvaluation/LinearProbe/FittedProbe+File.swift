public import Foundation
public import MVCore
internal import MVFiles

extension FittedProbe {
  /// Writes the probe as JSON, whole or not at all; throws where the file cannot be written.
  public func write(to url: URL) throws(MVError) {
    try AtomicFile.write(CanonicalJSON.data(self), to: url)
  }

  /// Reads a probe that ``write(to:)`` wrote; throws where the file is missing, or is not a whole probe.
  public init(contentsOf url: URL) throws(MVError) {
    self = try CanonicalJSON.value(in: url, what: "a saved probe", renamed: renamedKeys, orStream: true)
    guard let columns = Checked.total(inputs.map(\.columns)), columns > 0, classes.count > 1, center.count == columns,
      bias.count == classes.count,
      weights.count == Checked.product(classes.count, columns),
      zip(classes, classes.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .badData(url.path, "is a probe whose sizes do not agree", remedy: "save it again") }
  }
}

/// The keys of probes that version 0.1 saved, and their present names.
let renamedKeys = ["centre": "center"]
