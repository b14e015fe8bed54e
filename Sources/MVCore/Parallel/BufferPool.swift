internal import Synchronization

/// Memory that pieces of work borrow and give back, so that as many buffers exist as threads work at a time.
package final class BufferPool: Sendable {
  private let byteCount: Int
  // Addresses, as pointers are not Sendable: each buffer is either in this list or lent to one thread, never both.
  private let free = Mutex<[UInt]>([])

  /// Makes buffers of `byteCount` bytes, each on pages of its own, as they are needed.
  package init(byteCount: Int) { self.byteCount = byteCount }

  deinit {
    for address in free.withLock({ $0 }) { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
  }

  /// Calls `body` with a buffer that no other thread has; what stands in it is undefined.
  ///
  /// Throws what `body` throws.
  package func withBuffer<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let kept = free.withLock { $0.popLast() }.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
    let memory = kept ?? .allocate(byteCount: max(1, byteCount), alignment: 4096)
    defer { free.withLock { $0.append(UInt(bitPattern: memory)) } }
    return try body(UnsafeMutableRawBufferPointer(start: memory, count: byteCount))
  }
}
