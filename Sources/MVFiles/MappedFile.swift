package import Foundation

/// A file mapped into memory for reading, unmapped when this object is freed.
package final class MappedFile: @unchecked Sendable {
  // Unchecked: the memory is read only and the pointer never changes.
  private let base: UnsafeMutableRawPointer
  /// The number of mapped bytes.
  package let count: Int

  init(base: UnsafeMutableRawPointer, count: Int) {
    self.base = base
    self.count = count
  }

  deinit { munmap(base, count) }

  /// The `count` bytes at `offset`, without a copy; they keep the mapping alive.
  package func bytes(at offset: Int, count: Int) -> Data {
    precondition(offset >= 0 && count >= 0 && offset + count <= self.count, "a stretch beyond the mapping")
    guard count > 0 else { return Data() }
    return Data(bytesNoCopy: base + offset, count: count, deallocator: .custom { [self] _, _ in _ = self })
  }
}
