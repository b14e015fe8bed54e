package import Foundation
package import MVCore

/// Reads whole files.
package enum WholeFile {
  /// The bytes of a file; with `mapped` they are mapped instead of copied where that is safe.
  ///
  /// Throws where the file is missing, with `remedy` as advice, or cannot be read.
  package static func bytes(
    of url: URL, mapped: Bool = false, remedy: String = "check the path"
  ) throws(MVError) -> Data {
    do { return try Data(contentsOf: url, options: mapped ? .alwaysMapped : []) } catch {
      _ = try InputPath.isFolder(url, remedy: remedy)
      throw .inputOutput(url.path, "cannot be read", remedy: "check its permissions")
    }
  }

  /// The lines of a UTF-8 text file, without their line ends (LF or CRLF).
  ///
  /// Throws where the file is missing, with `remedy` as advice, cannot be read, or is not UTF-8.
  package static func lines(of url: URL, remedy: String = "check the path") throws(MVError) -> [String] {
    guard let text = String(data: try bytes(of: url, remedy: remedy), encoding: .utf8) else {
      throw .badData(url.path, "is not UTF-8 text", remedy: "save it as UTF-8")
    }
    return lines(of: text)
  }

  /// The lines of `text`, without their line ends (LF or CRLF).
  package static func lines(of text: String) -> [String] {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
