internal import MVCore
public import MVStore

/// The result of an extraction.
@dynamicMemberLookup
public struct ExtractionSummary: Hashable, Sendable, Codable {
  /// Rows, bytes and seconds.
  public let fill: FillSummary
  /// The images that were left out, by this run or an earlier one, in the order of the file.
  public let skipped: [SkippedImage]

  /// Of `skipped`, `earlier` images were left out by an earlier run.
  package init(fill: FillSummary, skipped: [SkippedImage], earlier: Int) {
    var fill = fill
    if earlier > 0 { fill.notices.append(Self.notice(ofEarlier: earlier)) }
    self.fill = fill
    self.skipped = skipped
  }

  private static func notice(ofEarlier count: Int) -> String {
    count == 1
      ? "1 image stays left out, which an earlier run could not read"
      : "\(count) images stay left out, which an earlier run could not read"
  }

  /// What ``fill`` tells.
  public subscript<Value>(dynamicMember path: KeyPath<FillSummary, Value>) -> Value { fill[keyPath: path] }

  enum CodingKeys: String, CodingKey { case skipped }

  /// Reads one object of `skipped` and the keys of `FillSummary`; throws where one is missing.
  public init(from decoder: any Decoder) throws {
    skipped = try decoder.container(keyedBy: CodingKeys.self).decode([SkippedImage].self, forKey: .skipped)
    fill = try FillSummary(from: decoder)
  }

  /// Writes one object of `skipped` and the keys of `FillSummary`; throws what the encoder does.
  public func encode(to encoder: any Encoder) throws {
    try fill.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(skipped, forKey: .skipped)
  }
}

extension ExtractionSummary {
  /// Describes a file that was complete before.
  package init(whole file: FeatureFile) {
    let skipped = file.splits.flatMap { split in
      split.skipped.map { row in
        SkippedImage(
          split: split.name, row: row, id: split.ids[row], reason: "could not be read in an earlier run")
      }
    }
    self.init(fill: FillSummary(whole: file), skipped: skipped, earlier: skipped.count)
  }
}
