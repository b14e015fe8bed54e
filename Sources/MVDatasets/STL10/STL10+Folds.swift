public import Foundation
public import MVCore

extension STL10 {
  /// The number of folds of the published protocol.
  ///
  /// Each trains on 1,000 of the 5,000 train images and tests on all of test; papers report the mean of ten accuracies.
  public static let foldCount = 10

  /// The ids of the train images of one fold, from 1 to ``foldCount``, as `fold_indices.txt` lists them.
  ///
  /// Throws where there is no such fold, and where the file is missing or holds something else.
  public static func fold(_ number: Int, directory: URL) throws(MVError) -> [String] {
    guard (1...foldCount).contains(number) else {
      throw .usage("fold \(number)", "is not one of STL-10", remedy: "give a number from 1 to \(foldCount)")
    }
    let tree = try FileTree(directory, hint: "give the folder that holds train_X.bin").entering(["stl10_binary"])
    let name = "fold_indices.txt"
    let lines = try tree.lines(of: name)
    guard lines.count == foldCount else {
      throw .badData(
        tree.path(of: name), "has \(lines.count) lines, not one for each of \(foldCount) folds",
        remedy: "download the archive again")
    }
    let words = lines[number - 1].text.split(separator: " ")
    return try words.map { (word) throws(MVError) in
      guard let row = Int(word), row >= 0 else {
        throw .badData(
          "\(tree.path(of: name)):\(number)", "holds \(word), which is no row", remedy: "download the archive again")
      }
      return id(of: row, in: "train")
    }
  }

  /// The id of an image: its file and its number in it.
  static func id(of row: Int, in split: String) -> String { "\(split)_X.bin#\(row)" }
}
