public import Foundation
public import MVCore

extension FeatureFile {
  /// The finished feature file at `url`, to which a run by `plan` has nothing to add; nil where there is work to do.
  ///
  /// It is only read, so that a file that other programs have open, or that may not be written, is no obstacle. Throws
  /// where the plan is not possible, and where the file was made by another and holds finished rows: the error names
  /// the first difference.
  public static func ifFinished(
    _ url: URL, by plan: FeatureFilePlan, compressed: Bool = false
  ) throws(MVError) -> FeatureFile? {
    try plan.validate()
    if compressed { return try ifPacked(url, by: plan) }
    guard let file = try reading(url), file.isComplete,
      file.stored.splits.allSatisfy({ $0.rows == 0 || $0.features.allSatisfy { $0.offset != nil } })
    else { return nil }
    return try file.isMade(by: plan) ? file : nil
  }

  /// Whether the file was made by `plan`; false where it was not, but holds no row, as an empty shard.
  ///
  /// Throws where it holds rows of another plan: the error names the first difference.
  private func isMade(by plan: FeatureFilePlan) throws(MVError) -> Bool {
    guard let difference = PlanDifference.first(file: stored, asked: plan) else { return true }
    guard stored.isBlank else { throw stored.differs(difference) }
    return false
  }

  /// The file at `url`; nil where there is nothing.
  private static func reading(_ url: URL) throws(MVError) -> FeatureFile? {
    var status = stat()
    guard stat(url.path, &status) == 0, status.st_size > 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return try FeatureFile(reading: url)
  }

  /// The finished, compressed feature file at `url`; nil where there is none, or a plain one.
  ///
  /// Throws where it was made by a plan other than `plan`: the error names the first difference.
  public static func ifPacked(_ url: URL, by plan: FeatureFilePlan) throws(MVError) -> FeatureFile? {
    guard let file = try reading(url), file.isComplete, file.stored.sources.isEmpty,
      file.stored.splits.allSatisfy({ $0.rows == 0 || $0.features.allSatisfy { $0.pieces.isEmpty } })
    else { return nil }
    return try file.isMade(by: plan) ? file : nil
  }
}
