internal import Foundation

/// The path of one place in the file system as seen from another.
enum RelativePath {
  /// The path from the folder `folder` to `target`; both must be absolute, without symbolic links.
  static func from(_ folder: String, to target: String) -> String {
    let (from, to) = (parts(folder), parts(target))
    let common = zip(from, to).prefix { $0 == $1 }.count
    let up = Array(repeating: "..", count: from.count - common)
    return (up + to.dropFirst(common).map(String.init)).joined(separator: "/")
  }

  private static func parts(_ path: String) -> [Substring] {
    URL(filePath: path).standardizedFileURL.path.split(separator: "/")
  }
}
