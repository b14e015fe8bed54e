package import Foundation
package import MVCore

/// Reads whole files.
package enum WholeFile {
  /// The bytes of a file; with `mapped` they are mapped instead of copied where that is safe.
  ///
  /// A pipe or a terminal is read to its end. Throws where the file is missing, with `remedy` as advice, is a folder,
  /// or cannot be read.
  package static func bytes(
    of url: URL, mapped: Bool = false, remedy: String = "check the path"
  ) throws(MVError) -> Data {
    if OutputPath.isStream(url.path) || url.path == "/dev/stdin" { return try stream(url) }
    do { return try Data(contentsOf: url, options: mapped ? .alwaysMapped : []) } catch {
      guard try !InputPath.isFolder(url, remedy: remedy) else {
        throw .usage(url.path, "is a folder, not a file", remedy: remedy)
      }
      throw .inputOutput(url.path, "cannot be read", remedy: "check its permissions")
    }
  }

  /// What a pipe, a terminal or another device gives until it ends.
  private static func stream(_ url: URL) throws(MVError) -> Data {
    let file = try FileDescriptor(url.path, flags: O_RDONLY)
    var bytes = Data()
    while true {
      let part = try file.next(1 << 16)
      if part.isEmpty { return bytes }
      bytes += part
    }
  }

  /// The lines of a UTF-8 text file, without their line ends (LF or CRLF).
  ///
  /// Throws where the file is missing, with `remedy` as advice, cannot be read, or is not UTF-8.
  package static func lines(of url: URL, remedy: String = "check the path") throws(MVError) -> [String] {
    var bytes = try bytes(of: url, remedy: remedy)
    try TextEncoding.check(bytes, url.path)
    if bytes.starts(with: TextEncoding.mark) { bytes = bytes.dropFirst(TextEncoding.mark.count) }
    guard let text = String(data: bytes, encoding: .utf8) else {
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
