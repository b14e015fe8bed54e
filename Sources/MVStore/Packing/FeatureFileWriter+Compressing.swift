internal import Foundation
public import MVCore

extension FeatureFileWriter {
  /// Writes the finished file again, compressed, in its own place; the writer keeps its lock until then.
  ///
  /// Throws as ``FeatureFilePacking/write(_:to:compressed:overwrite:software:cancellation:progress:)`` does.
  public func compress(
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    let additions = try StoredFile(reading: url.resolvingSymlinksInPath().path).additions
    guard additions.isEmpty else {
      throw .usage(
        url.path,
        "also holds \(additions.joined(separator: ", ")), which other programs have added and compressing would lose",
        remedy: "move it into a file of its own, or make a compressed file beside this one with mvmr convert")
    }
    // The lock goes with the writer.
    defer { withExtendedLifetime(self) {} }
    try FeatureFilePacking.write(url, to: url, compressed: true, cancellation: cancellation, progress: progress)
  }
}
