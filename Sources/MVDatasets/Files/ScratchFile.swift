internal import Foundation
internal import MVCore

/// A nameless temporary file, written once and then mapped.
final class ScratchFile {
  private let path: String
  private let descriptor: Int32
  /// The number of bytes written.
  private(set) var count = 0

  /// Creates the file in the folder for temporary files; throws where that fails.
  init() throws(MVError) {
    path = FileManager.default.temporaryDirectory.appending(path: "mvmr-\(UUID().uuidString)").path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(path) }
    unlink(path)
  }

  deinit { close(descriptor) }

  /// Appends `piece`; throws where writing fails.
  func append(_ piece: UnsafeRawBufferPointer) throws(MVError) {
    var rest = piece[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.failure(path) }
      rest = rest.dropFirst(written)
      count += written
    }
  }

  /// Maps all bytes; they stay valid when this object is freed.
  ///
  /// Throws where mapping fails.
  func map() throws(MVError) -> Data {
    guard count > 0 else { return Data() }
    guard let base = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
      throw Self.failure(path)
    }
    return Data(bytesNoCopy: base, count: count, deallocator: .unmap)
  }

  private static func failure(_ path: String) -> MVError {
    .inputOutput(
      path, "the archive cannot be unpacked to a temporary file",
      remedy: "unpack the archive yourself, or set TMPDIR to a folder with room",
      cause: String(cString: strerror(errno)))
  }
}
