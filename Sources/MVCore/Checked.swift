/// Arithmetic on numbers from outside, which may be anything: nil where the result is no count that there can be.
package enum Checked {
  /// The product of lengths; nil where one is negative, or where it is beyond an `Int`.
  package static func product(_ lengths: some Sequence<Int>, times factor: Int = 1) -> Int? {
    var product = factor
    for length in lengths {
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      guard !overflow, length >= 0, factor >= 0 else { return nil }
      product = next
    }
    return product
  }

  /// The product of two counts; nil where one is negative, or where it is beyond an `Int`.
  package static func product(_ one: Int, _ other: Int) -> Int? { product([one], times: other) }

  /// The sum of counts; nil where one is negative, or where it is beyond an `Int`.
  package static func sum(_ counts: Int...) -> Int? { total(counts) }

  /// The sum of counts; nil where one is negative, or where it is beyond an `Int`.
  package static func total(_ counts: some Sequence<Int>) -> Int? {
    var sum = 0
    for count in counts {
      let (next, overflow) = sum.addingReportingOverflow(count)
      guard !overflow, count >= 0 else { return nil }
      sum = next
    }
    return sum
  }

  /// The whole number nearest to `value`, the least or largest there is where that is beyond an `Int`; 0 for no number.
  package static func nearest(_ value: Double) -> Int {
    guard !value.isNaN else { return 0 }
    return Int(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
  }

  /// The positions from `start` on, `count` of them; nil where they are not all within `0..<limit`.
  package static func range(from start: Int, count: Int, within limit: Int) -> Range<Int>? {
    guard let end = sum(start, count), end <= limit else { return nil }
    return start..<end
  }
}
