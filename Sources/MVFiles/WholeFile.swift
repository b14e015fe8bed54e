package import Foundation
package import MVCore

/// Reads whole files.
package enum WholeFile {
  /// The most bytes that are read of a list or of JSON: 1 GiB, more than that of any data set that is published.
  package static let mostText = 1 << 30
  /// The most bytes that are read of a configuration: 64 MiB.
  package static let mostConfiguration = 1 << 26

  /// The bytes of a file, or with `orStream` also those that a pipe, a terminal or a device gives until it ends.
  ///
  /// No pipe is waited for once the process shall end. Throws where the file is missing, with `remedy` as advice, is a
  /// folder, holds more than `limit` bytes, or cannot be read.
  package static func bytes(
    of url: URL, orStream: Bool = true, limit: Int = mostText, remedy: String = "check the path"
  ) throws(MVError) -> Data {
    try open(url, orStream: orStream, remedy) { (number, status) throws(MVError) in
      let isStream = status.st_mode & S_IFMT != S_IFREG
      return try FileContents.read(
        number, size: isStream ? 0 : Int(status.st_size), isStream: isStream, limit: limit, of: url.path,
        remedy: "check that it is the file meant")
    }
  }

  /// The bytes of a plain file of any size, mapped and not copied; throws where there is none, with `remedy` as advice.
  package static func mapped(_ url: URL, remedy: String = "check the path") throws(MVError) -> Data {
    try open(url, orStream: false, remedy) { (number, status) throws(MVError) in
      try FileContents.map(number, size: Int(status.st_size), of: url.path)
    }
  }

  private static func open(
    _ url: URL, orStream: Bool, _ remedy: String, _ body: (Int32, stat) throws(MVError) -> Data
  ) throws(MVError) -> Data {
    // Without waiting for the other end of a pipe.
    let number = Foundation.open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let code = errno
    guard number >= 0 else {
      guard try !InputPath.isFolder(url, remedy: remedy) else {
        throw .usage(url.path, "is a folder, not a file", remedy: remedy)
      }
      throw .inputOutput(
        url.path, "cannot be read", remedy: "check its permissions", cause: String(cString: strerror(code)))
    }
    defer { close(number) }
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileDescriptor.failure(url.path, "cannot be examined", errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .usage(url.path, "is a folder, not a file", remedy: remedy)
    default: guard orStream else { throw SystemPath.notPlain(url.path) }
    }
    return try body(number, status)
  }

  /// The lines of a UTF-8 text file, without their line ends (LF or CRLF).
  ///
  /// Throws as ``bytes(of:orStream:limit:remedy:)``, where the text is not UTF-8, and where it has more than `most`
  /// lines.
  package static func lines(
    of url: URL, orStream: Bool = true, remedy: String = "check the path", most: Int = mostLines
  ) throws(MVError) -> [String] {
    var bytes = try bytes(of: url, orStream: orStream, remedy: remedy)
    try TextEncoding.check(bytes, url.path)
    if bytes.starts(with: TextEncoding.mark) { bytes = bytes.dropFirst(TextEncoding.mark.count) }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw .badData(url.path, "is not UTF-8 text", remedy: "save it as UTF-8")
    }
    return try bytes.withUnsafeBytes { raw in
      Result { () throws(MVError) in try lines(of: raw.bindMemory(to: UInt8.self), url.path, most) }
    }.get()
  }

  /// The lines of the text of the file at `path`, without their line ends (LF or CRLF).
  ///
  /// Throws, naming the file, where it has more than `most` lines.
  package static func lines(
    of text: String, in path: String, most: Int = mostLines
  ) throws(MVError) -> [String] {
    var text = text
    return try text.withUTF8 { bytes in Result { () throws(MVError) in try lines(of: bytes, path, most) } }.get()
  }

  /// The most lines of a file: 2^26, five times the images of the largest data set that is published as a list.
  package static let mostLines = 1 << 26

  /// Splits at line ends: LF, CRLF, or CR as old programs write it.
  private static func lines(
    of bytes: UnsafeBufferPointer<UInt8>, _ path: String, _ most: Int
  ) throws(MVError) -> [String] {
    let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var (count, last) = (0, feed)
    for byte in bytes {
      if byte == carriage || (byte == feed && last != carriage) { count += 1 }
      last = byte
    }
    if last != feed, last != carriage { count += 1 }
    // A line takes 16 bytes at least, whatever is in it.
    guard count <= most else {
      throw .badData(path, "has more than \(most) lines", remedy: "check that it is the file meant")
    }
    var lines: [String] = []
    lines.reserveCapacity(count)
    var start = 0
    for place in bytes.indices where bytes[place] == feed || bytes[place] == carriage {
      // The second half of a CRLF.
      if bytes[place] == feed, place > 0, bytes[place - 1] == carriage {
        start = place + 1
        continue
      }
      lines.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self))
      start = place + 1
    }
    if start < bytes.count {
      lines.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[start...]), as: UTF8.self))
    }
    return lines
  }
}
