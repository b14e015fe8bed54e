internal import Synchronization

/// Buffers of one size that workers take and give back, so that none is allocated a block.
final class RowBuffers: Sendable {
  private struct Free: @unchecked Sendable {
    // Unchecked: a buffer is here or with one worker, never both.
    var buffers: [UnsafeMutableBufferPointer<Float>] = []
  }

  private let capacity: Int
  private let free = Mutex(Free())

  init(capacity: Int) { self.capacity = capacity }

  deinit { free.withLock { $0.buffers.forEach { $0.deallocate() } } }

  /// A buffer of `capacity` values.
  func take() -> UnsafeMutableBufferPointer<Float> {
    if let buffer = free.withLock({ $0.buffers.popLast().map(Handed.init) }) { return buffer.buffer }
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: capacity)
    buffer.initialize(repeating: 0)
    return buffer
  }

  /// Takes a buffer back.
  func give(_ buffer: UnsafeMutableBufferPointer<Float>) {
    let handed = Handed(buffer: buffer)
    free.withLock { $0.buffers.append(handed.buffer) }
  }

  private struct Handed: @unchecked Sendable {
    // Unchecked: it only carries a buffer across the lock.
    let buffer: UnsafeMutableBufferPointer<Float>
  }
}
