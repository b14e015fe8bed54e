public import Foundation
public import MVCore
internal import MVFiles

extension FittedMultiLabelProbe {
  /// Writes the probe as JSON, whole or not at all; throws where the file cannot be written.
  public func write(to url: URL) throws(MVError) { try AtomicFile.write(CanonicalJSON.data(self), to: url) }

  /// Reads a probe that ``write(to:)`` wrote; throws where the file is missing, or is not a whole multi-label probe.
  public init(contentsOf url: URL) throws(MVError) {
    self = try CanonicalJSON.value(in: url, what: "a saved multi-label probe", renamed: renamedKeys, orStream: true)
    guard let width = Checked.total(inputs.map(\.columns)), width > 0, center.count == width,
      weights.count == Checked.product(classifiers.count, width), !classifiers.isEmpty,
      classifiers.allSatisfy({ classNames.indices.contains($0.label) })
    else { throw .badData(url.path, "is a probe whose sizes do not agree", remedy: "save it again") }
  }
}
