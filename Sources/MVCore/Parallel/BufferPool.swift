internal import Foundation
internal import Synchronization

/// Memory that pieces of work borrow and give back, so that as many buffers exist as threads work at a time.
package final class BufferPool: Sendable {
  private let byteCount: Int
  // Addresses, as pointers are not Sendable: each buffer is either in this list or lent to one thread, never both.
  private let free = Mutex<[UInt]>([])

  /// Makes buffers of `byteCount` bytes, each on pages of its own, as they are needed.
  package init(byteCount: Int) { self.byteCount = byteCount }

  deinit {
    for address in free.withLock({ $0 }) { Foundation.free(UnsafeMutableRawPointer(bitPattern: address)) }
  }

  /// Calls `body` with a buffer that no other thread has; what stands in it is undefined.
  ///
  /// Throws what `body` throws, and where there is no memory for another buffer.
  package func withBuffer<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws(MVError) -> Result
  ) throws(MVError) -> Result {
    let kept = free.withLock { $0.popLast() }.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
    guard let memory = kept ?? aligned_alloc(4096, max(1, (byteCount + 4095) / 4096) * 4096) else {
      throw MVError(
        .outOfMemory, "a block of rows", "takes \(byteCount >> 20) MiB of memory, which cannot be had",
        remedy: LargeArray.usualRemedy)
    }
    defer { free.withLock { $0.append(UInt(bitPattern: memory)) } }
    return try body(UnsafeMutableRawBufferPointer(start: memory, count: byteCount))
  }
}
