/// Memory in which several threads write, each in a part of its own.
// Unchecked: the compiler cannot see that the parts are disjoint; every use divides the memory by index.
final class WorkBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  /// Allocates `count` elements, all `value`.
  init(_ count: Int, repeating value: Element) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: value, count: count)
  }

  /// Allocates `count` elements with arbitrary values.
  init(uninitialized count: Int) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
  }

  deinit { pointer.deallocate() }

  /// The elements as an array.
  var array: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// The elements at positions `range`, without a copy.
  func slice(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: pointer + range.lowerBound, count: range.count)
  }
}
