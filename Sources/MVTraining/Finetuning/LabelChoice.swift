internal import Foundation
public import MVCore
public import MVEvaluation
internal import MVFiles

/// Which train images keep their labels, as a person says it and as a checkpoint records it.
public enum LabelChoice: Hashable, Sendable, Codable {
  /// All of them.
  case all
  /// This part of each class, 0...1, drawn by a seed; nil for the seed 0.
  case share(Double, seed: Int?)
  /// Those that a file lists, one a line; nil where their kind is seen from the entries.
  case list(path: String, kind: LabelSubset.ListKind?)
  /// Those of a list in memory, as ``list(path:kind:)``.
  case entries([String], kind: LabelSubset.ListKind?)

  /// The part that is taken of each class, where it is one.
  public var part: Double? {
    switch self {
    case .all: 1
    case .share(let part, _): part
    case .list, .entries: nil
    }
  }

  /// Whether it can be made: a file may say anything.
  var isPossible: Bool {
    guard case .share(let part, let seed) = self else { return true }
    return part > 0 && part <= 1 && (seed ?? 0) >= 0
  }

  /// The choice in words: `all`, `1%, seed 3`, `of 10percent.txt`.
  public var words: String {
    switch self {
    case .all: "all"
    case .share(let part, let seed): Self.percent(part) + (seed.map { ", seed \($0)" } ?? "")
    case .list(let path, _): "of \(URL(filePath: path).lastPathComponent)"
    case .entries(let entries, _): "of \(entries.count) entries"
    }
  }

  private static func percent(_ part: Double) -> String {
    let percent = (part * 1e8).rounded() / 1e6
    return "\(percent == percent.rounded() ? "\(Int(percent))" : "\(percent)")%"
  }

  private static func entries(of path: String) throws(MVError) -> [String] {
    try WholeFile.lines(
      of: URL(filePath: path),
      remedy: "give all, a share such as 1%, or a file of row numbers, ids or names of files, one a line"
    ).filter { !$0.isEmpty }
  }

  /// A text that tells what a list says from what others say; nil without one, and of one that is no plain file.
  ///
  /// Throws where the list cannot be read.
  package func listFingerprint() throws(MVError) -> String? {
    guard case .list(let path, _) = self, SystemPath(path).status?.isPlainFile == true else { return nil }
    var fingerprint = Fingerprint()
    for entry in try Self.entries(of: path) { fingerprint.add(entry) }
    return fingerprint.text
  }

  /// The rows that are meant, nil for all; throws where a list cannot be read.
  public func subset() throws(MVError) -> LabelSubset? {
    switch self {
    case .all: return nil
    case .share(let part, let seed): return .fraction(part, seed: UInt64(seed ?? 0))
    case .list(let path, let kind): return .listed(try Self.entries(of: path), as: kind)
    case .entries(let entries, let kind): return .listed(entries, as: kind)
    }
  }
}
