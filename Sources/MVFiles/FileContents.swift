internal import Foundation
internal import MVCore

/// Reads what is open from its beginning to its end, into memory that is asked for and not taken for granted.
enum FileContents {
  /// How often a wait for the other end of a pipe looks whether the process shall end, in milliseconds.
  static let patience: Int32 = 100

  /// The bytes that `number`, opened with O_NONBLOCK, gives; errors call it `path`.
  ///
  /// `size` is what the system says of it, 0 where it says nothing. Throws where there are more than `limit`, with
  /// `remedy`, where there is no memory for them, where reading fails, and, as interrupted, where the process shall end
  /// before a pipe does.
  static func read(
    _ number: Int32, size: Int, isStream: Bool, limit: Int, of path: String, remedy: String
  ) throws(MVError) -> Data {
    func tooLong() -> MVError {
      .badData(path, "holds more than the \(limit >> 20) MiB that are read of it", remedy: remedy)
    }
    guard size <= limit else { throw tooLong() }
    // One byte more, to see the end.
    var capacity = size > 0 ? size + 1 : 1 << 16
    guard var memory = malloc(capacity) else { throw noMemory(capacity, path) }
    var count = 0
    do throws(MVError) {
      while true {
        if count == capacity {
          capacity = Checked.product(capacity, 2) ?? .max
          guard let larger = realloc(memory, capacity) else { throw noMemory(capacity, path) }
          memory = larger
        }
        if isStream { try wait(number, path) }
        let step = Foundation.read(number, memory + count, capacity - count)
        if step < 0, errno == EINTR || errno == EAGAIN { continue }
        guard step >= 0 else { throw FileDescriptor.failure(path, "cannot be read", errno) }
        if step == 0 { break }
        count += step
        guard count <= limit else { throw tooLong() }
      }
    } catch {
      free(memory)
      throw error
    }
    return Data(bytesNoCopy: memory, count: count, deallocator: .free)
  }

  /// Waits until a pipe gives something, or ends; nothing is waited for once the process shall end.
  private static func wait(_ number: Int32, _ path: String) throws(MVError) {
    while true {
      guard !Cancellation.ofProcess.isCancelled else {
        throw MVError(.interrupted, path, "was not read to its end", remedy: "run the same command again")
      }
      var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      if poll(&wanted, 1, patience) > 0 { return }
    }
  }

  /// All of a plain file, mapped; throws where that cannot be.
  static func map(_ number: Int32, size: Int, of path: String) throws(MVError) -> Data {
    guard size > 0 else { return Data() }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, number, 0), base != MAP_FAILED else {
      throw errno == ENOMEM ? noMemory(size, path) : FileDescriptor.failure(path, "cannot be mapped", errno)
    }
    return Data(bytesNoCopy: base, count: size, deallocator: .unmap)
  }

  private static func noMemory(_ bytes: Int, _ path: String) -> MVError {
    MVError(
      .outOfMemory, path, "takes \(bytes >> 20) MiB of memory, which cannot be had",
      remedy: "give a smaller file, or raise the limit on memory")
  }
}
