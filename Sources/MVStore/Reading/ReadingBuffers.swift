internal import Foundation
internal import MVCore
internal import Synchronization

/// Memory to read into, kept for the next piece of work: one piece a thread, on pages of its own.
final class ReadingBuffers: Sendable {
  private let size: Int
  private let free = Mutex<[UInt]>([])

  /// Makes buffers of `size` bytes as they are needed.
  init(size: Int) { self.size = size }

  deinit {
    for address in free.withLock({ $0 }) { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
  }

  /// Calls `body` with a buffer that no other thread has.
  func withBuffer<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws(MVError) -> Result
  ) throws(MVError) -> Result {
    let kept = free.withLock { $0.popLast() }.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
    let memory = kept ?? .allocate(byteCount: size, alignment: 4096)
    defer { free.withLock { $0.append(UInt(bitPattern: memory)) } }
    return try body(UnsafeMutableRawBufferPointer(start: memory, count: size))
  }
}
