internal import MVCore
internal import MVFiles

/// A feature file's description of itself, read in one go; only the features stay in the file.
struct StoredFile: Sendable {
  /// The format's name, and the newest version that this code reads and the only one it writes.
  static let format = "mvmr-features"
  static let version = 1

  let path: String
  /// The size of the file in bytes.
  let size: Int
  /// The files that were read: this one, and those that it joins.
  var identities: [String: FileIdentity]
  let version: Int
  let dataset: String
  let location: String
  let source: SourceRecord?
  /// Whether a source is recorded in a form that is not known.
  let hasUnknownSource: Bool
  let fingerprint: String
  let classNames: [String]
  let settings: [String: SettingValue]
  let software: [String: String]
  let created: String
  /// The part of the whole that this file is; nil for the whole.
  let shard: ShardPlan?
  /// The files that this one joins, relative to its folder; empty for a file that holds its own rows.
  let sources: [String]
  /// The splits, in the order in which they were asked for.
  var splits: [StoredSplit]
  /// Groups and data sets that other programs have added, by their names in the file.
  let additions: [String]

  /// The plan that this file was made by.
  var plan: FeatureFilePlan {
    var plan = FeatureFilePlan(
      dataset: dataset, location: location, source: source, fingerprint: fingerprint, classNames: classNames,
      settings: settings,
      software: software, element: splits.first?.features.first?.element ?? .float32,
      blockRows: splits.first?.blockRows ?? 1,
      splits: splits.map { SplitPlan(name: $0.name, labels: $0.labels, ids: $0.ids) },
      representations: splits.first?.features.map(\.plan) ?? [])
    plan.shard = shard
    return plan
  }

  /// Whether every row of every representation is finished.
  var isComplete: Bool { splits.allSatisfy { $0.done.allSatisfy { $0 == 1 } } }

  /// Whether no row of any representation is finished, and nothing else is in it that could be missed.
  var isBlank: Bool { additions.isEmpty && sources.isEmpty && splits.allSatisfy { $0.done.allSatisfy { $0 == 0 } } }

  /// What is worth telling whoever opens the file, one line each; empty mostly.
  var notices: [String] {
    var notices: [String] = []
    if !additions.isEmpty {
      notices.append(
        "\(path) also holds \(additions.joined(separator: ", ")), which other programs have added: passed over")
    }
    if hasUnknownSource {
      notices.append("\(path) records its source in the attribute source, which is no JSON object: passed over")
    }
    return notices
  }

  /// The error for a file that was made by another plan than the one asked for.
  func differs(_ difference: String) -> MVError {
    .usage(path, difference, remedy: "give --overwrite to replace the file, or another --output")
  }

  /// The command that made the file, as it was recorded; for messages.
  ///
  /// Nil for one that is not `mvmr` alone, and in another user's file: a remedy is there to be copied, and even `mvmr`
  /// may be told to write over something.
  private var command: String? {
    guard SystemPath(path).status?.isOfThisUser == true,
      let command = software["converted"] ?? software["merged"] ?? software["command"],
      command.hasPrefix("mvmr "), !command.contains(where: { $0.isNewline || ";|&<>$`()".contains($0) })
    else { return nil }
    return command
  }

  /// What to do about a file that is not finished.
  var finishing: String {
    command.map { "finish it by the command that began it: \($0)" }
      ?? "run the command that began it again: it finishes the file"
  }

  /// What to do about a file whose content is wrong.
  var mending: String {
    "restore the file, or write it again with --overwrite" + (command.map { ": \($0)" } ?? "")
  }

  /// The paths of all files that hold rows of this one.
  var featureFiles: Set<String> {
    Set(splits.flatMap { $0.features.flatMap { $0.pieces.map(\.path) } }).union([path])
  }
}
