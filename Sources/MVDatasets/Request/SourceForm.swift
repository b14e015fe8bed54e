internal import MVFiles

/// What a kind of source takes after the colon.
enum SourceForm: Sendable {
  /// A folder, or an archive.
  case folder
  /// A folder, and after a comma a list of classes where wanted.
  case folderAndList
  /// A folder, and after a comma a table of labels where wanted; or a folder for each split.
  case folders
  /// A list of files, and after a comma the folder that they lie below where wanted.
  case list
  /// A file of images, and after a comma one of labels where wanted.
  case arrays
  /// A number, where wanted.
  case count

  /// How help writes it.
  var text: String {
    switch self {
    case .folder: "DIR"
    case .folderAndList: "DIR[,CLASSES.txt]"
    case .folders: "DIR[,LABELS.csv] or SPLIT=DIR[,SPLIT=DIR...]"
    case .list: "LIST[,DIR]"
    case .arrays: "FILE[,LABELS]"
    case .count: "[N]"
    }
  }

  /// How many parts there may be.
  var counts: ClosedRange<Int> {
    switch self {
    case .folder: 1...1
    case .folderAndList, .folders, .list, .arrays: 1...2
    case .count: 0...1
    }
  }

  /// Whether the parts are files and folders.
  var namesFiles: Bool { self != .count }

  /// The parts of what was written, and the splits that are named by them, if any are.
  func parts(of text: String) -> (place: [String], splits: [String]) {
    guard !text.isEmpty else { return ([], []) }
    switch self {
    case .folder, .count: return ([text], [])
    case .arrays:
      guard SystemPath(text).status == nil else { return ([text], []) }
      return (text.split(separator: ",").map(String.init), [])
    case .folderAndList, .list:
      // A file or folder may have a comma in its name.
      guard SystemPath(text).status == nil, let comma = text.lastIndex(of: ",") else { return ([text], []) }
      return ([String(text[..<comma]), String(text[text.index(after: comma)...])], [])
    case .folders:
      guard SystemPath(text).status == nil else { return ([text], []) }
      if let pairs = Self.pairs(in: text) { return (pairs.map(\.folder), pairs.map(\.split)) }
      guard let comma = text.lastIndex(of: ","), [".csv", ".tsv", ".txt"].contains(where: text.lowercased().hasSuffix)
      else { return ([text], []) }
      return ([String(text[..<comma]), String(text[text.index(after: comma)...])], [])
    }
  }

  /// Reads `train=DIR,test=DIR`; nil where the text does not begin so.
  ///
  /// A comma parts only where another `NAME=` follows it, so that folders may have commas in their names.
  private static func pairs(in text: String) -> [(split: String, folder: String)]? {
    var pairs: [(split: String, folder: String)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let sign = part.firstIndex(of: "="), sign != part.startIndex, !part[..<sign].contains("/") {
        pairs.append((String(part[..<sign]), String(part[part.index(after: sign)...])))
      } else if pairs.isEmpty {
        return nil
      } else {
        pairs[pairs.count - 1].folder += ",\(part)"
      }
    }
    return pairs
  }
}
