internal import Foundation

/// What a kind of source takes after the colon.
enum SourceForm: Sendable {
  /// A folder, or an archive.
  case folder
  /// A folder, and after a comma a list of classes where wanted.
  case folderAndList
  /// A file of images, and after a comma one of labels where wanted.
  case arrays
  /// A number, where wanted.
  case count

  /// How help writes it.
  var text: String {
    switch self {
    case .folder: "DIR"
    case .folderAndList: "DIR[,CLASSES.txt]"
    case .arrays: "FILE[,LABELS]"
    case .count: "[N]"
    }
  }

  /// How many parts there may be.
  var counts: ClosedRange<Int> {
    switch self {
    case .folder: 1...1
    case .folderAndList, .arrays: 1...2
    case .count: 0...1
    }
  }

  /// Whether the parts are files and folders.
  var namesFiles: Bool { self != .count }

  /// The parts of what was written.
  func parts(of text: String) -> [String] {
    guard !text.isEmpty else { return [] }
    switch self {
    case .folder, .count: return [text]
    case .arrays: return text.split(separator: ",").map(String.init)
    case .folderAndList:
      // A folder may have a comma in its name.
      guard !FileManager.default.fileExists(atPath: text), let comma = text.lastIndex(of: ",") else { return [text] }
      return [String(text[..<comma]), String(text[text.index(after: comma)...])]
    }
  }
}
