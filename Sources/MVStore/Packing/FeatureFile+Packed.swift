public import Foundation
public import MVCore

extension FeatureFile {
  /// The finished, compressed feature file at `url`; nil where there is none, or a plain one.
  ///
  /// Throws where it was made by a plan other than `plan`: the error names the first difference.
  public static func ifPacked(_ url: URL, by plan: FeatureFilePlan) throws(MVError) -> FeatureFile? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let file = try FeatureFile(reading: url)
    guard file.isComplete, file.stored.sources.isEmpty,
      file.stored.splits.allSatisfy({ $0.features.allSatisfy { $0.pieces.isEmpty } })
    else { return nil }
    if let difference = PlanDifference.first(file: file.stored, asked: plan) {
      throw .usage(url.path, difference, remedy: "give --overwrite to replace the file, or another --output")
    }
    return file
  }
}
