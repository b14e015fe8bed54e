internal import MVDatasets

/// What a shell proposes for a value: words that it may be, or begin with, and files.
///
/// A word that ends in `:` or `=` is to be continued; after a `:` follows a path.
public struct Proposal: Codable, Hashable, Sendable {
  /// Which paths are proposed.
  enum Paths: String, Codable, Sendable { case none, files, folders }

  let words: [String]
  let paths: Paths

  /// Nothing: a number, or a name of the user's own.
  public static let nothing = Proposal(words: [], paths: .none)
  /// The path of a file.
  public static let file = Proposal(words: [], paths: .files)
  /// The path of a folder.
  public static let folder = Proposal(words: [], paths: .folders)
  /// A source of images, `KIND:WHERE`.
  public static let source = Proposal(words: sourceKinds, paths: .none)
  /// A source of images, or the path of a file.
  public static let sourceOrFile = Proposal(words: sourceKinds, paths: .files)

  /// One of `words`.
  public static func words(_ words: [String]) -> Proposal { Proposal(words: words, paths: .none) }

  /// One of `words`, or the path of a file.
  public static func wordsOrFile(_ words: [String]) -> Proposal { Proposal(words: words, paths: .files) }

  /// The words and paths of both.
  public static func either(_ first: Proposal, _ second: Proposal) -> Proposal {
    Proposal(
      words: first.words + second.words.filter { !first.words.contains($0) },
      paths: first.paths == .none ? second.paths : first.paths)
  }

  private static var sourceKinds: [String] {
    SourceRequest.kinds.map { $0.argument.hasPrefix("[") ? $0.name : "\($0.name):" }
  }
}
