package import Foundation
package import MVCore
package import MVDatasets
package import MVStore

/// What can be known of the work before the first image is decoded, so that it is refused or told then.
package struct WorkAhead {
  /// Output that takes more than this is told of before it is made.
  private static let muchRoom = 2_000_000_000

  private let plan: FeatureFilePlan
  private let output: URL
  private let survey: ImageSurvey
  /// Whether the file is made anew; the room of one that is finished is set aside already.
  private let isMade: Bool

  /// Looks at the images that a file of `plan` is made of; `splits` are those of the source.
  package init(
    _ plan: FeatureFilePlan, of source: any ImageSource, splits: [SourceSplit], to output: URL, overwrite: Bool
  ) throws(MVError) {
    self.plan = plan
    self.output = output
    isMade = overwrite || !FileManager.default.fileExists(atPath: output.path)
    var rows: [Range<Int>] = []
    var chosen: [SourceSplit] = []
    for part in plan.splits {
      guard let split = splits.first(where: { $0.name == part.name }) else { continue }
      let start = try plan.shard?.start(of: part.name) ?? 0
      chosen.append(split)
      rows.append(start..<start + part.count)
    }
    survey = ImageSurvey(of: source, splits: chosen, rows: rows)
  }

  /// Throws where images differ in size; with `skipping` a few images of another size count as bad ones.
  package func check(skipping: Bool) throws(MVError) { try survey.requireOneSize(skippingFew: skipping) }

  /// What a user should know before the work, one line each.
  package var notices: [String] {
    guard isMade, plan.featureBytes > Self.muchRoom else { return survey.notices }
    let rows = plan.splits.reduce(0) { $0 + $1.count }
    let parts = plan.representations.map { representation in
      let bytes = rows * representation.columns * plan.element.size
      return "\(representation.name) \(Self.words(bytes)) (\(rows) rows x \(representation.columns) x "
        + "\(plan.element.size) bytes)"
    }
    return survey.notices + [
      "\(output.relativePath) will take \(Self.words(plan.featureBytes)): \(parts.joined(separator: ", "))"
    ]
  }

  private static func words(_ bytes: Int) -> String {
    bytes < 1_000_000_000
      ? String(format: "%.0f MB", Double(bytes) / 1e6) : String(format: "%.1f GB", Double(bytes) / 1e9)
  }
}
