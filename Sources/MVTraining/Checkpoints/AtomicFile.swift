internal import Foundation
internal import MVCore

/// A file that appears under its name only when it is whole and on disk: a crash or a full disk leaves what was there.
struct AtomicFile: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private let temporary: String
  private var isPlaced = false

  /// Opens a temporary file beside `url`.
  init(replacing url: URL) throws(MVError) {
    path = url.path
    temporary = path + ".partial"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AtomicFile.failure(path, "cannot be written") }
  }

  deinit {
    close(descriptor)
    if !isPlaced { unlink(temporary) }
  }

  private static func failure(_ path: String, _ problem: String) -> MVError {
    .inputOutput(
      path, "\(problem) (\(String(cString: strerror(errno))))", remedy: "check the folder and the space left")
  }

  /// Writes all of `bytes` at the end, or at `offset`.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int? = nil) throws(MVError) {
    var done = 0
    while done < bytes.count {
      let start = bytes.baseAddress! + done
      // Linux writes at most 2 GiB a call.
      let length = min(bytes.count - done, 1 << 30)
      let written =
        offset.map { pwrite(descriptor, start, length, off_t($0 + done)) }
        ?? Foundation.write(descriptor, start, length)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw AtomicFile.failure(path, "cannot be written") }
      done += written
    }
  }

  /// Puts the file on disk and under its name.
  mutating func place() throws(MVError) {
    guard fsync(descriptor) == 0 else { throw AtomicFile.failure(path, "cannot be written") }
    guard rename(temporary, path) == 0 else { throw AtomicFile.failure(path, "cannot be put in place") }
    isPlaced = true
    // The name itself is on disk only when its folder is.
    let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Writes a whole file of text.
  static func write(_ text: String, to url: URL) throws(MVError) {
    var file = try AtomicFile(replacing: url)
    let bytes = Array(text.utf8)
    var failure: MVError?
    bytes.withUnsafeBytes { do throws(MVError) { try file.write($0) } catch { failure = error } }
    if let failure { throw failure }
    try file.place()
  }
}
