internal import Foundation
public import MVCore

extension FeatureFileWriter {
  /// Writes the finished file again, compressed, in its own place; the writer keeps its lock until then.
  ///
  /// Throws as ``FeatureFilePacking/write(_:to:compressed:overwrite:software:cancellation:progress:)`` does.
  public func compress(
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    // The lock goes with the writer.
    defer { withExtendedLifetime(self) {} }
    try FeatureFilePacking.write(
      url, to: url, compressed: true, overwrite: true, holdsLock: true, software: [:], cancellation: cancellation,
      progress: progress)
  }
}
