/// Memory that several threads write, each its own part of it.
// Unchecked: the compiler cannot see that the parts are disjoint; every use divides the memory by index.
final class WorkBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  /// Memory for `count` elements, all `value`.
  init(_ count: Int, repeating value: Element) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: value, count: count)
  }

  /// Memory for `count` elements whose values do not matter.
  init(uninitialized count: Int) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
  }

  deinit { pointer.deallocate() }

  /// The elements as an array.
  var array: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// The elements of `range`.
  func slice(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: pointer + range.lowerBound, count: range.count)
  }
}
