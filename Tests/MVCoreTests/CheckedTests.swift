import Testing

@testable import MVCore

/// Arithmetic on numbers from outside.
struct CheckedTests {
  @Test func sumsAndProductsEndWhereCountsDo() {
    #expect(Checked.total([1, 2, 3]) == 6 && Checked.total([]) == 0)
    #expect(Checked.total([.max, 1]) == nil && Checked.total([1, -1]) == nil && Checked.sum(.max, .max) == nil)
    #expect(Checked.product([3, 4], times: 2) == 24 && Checked.product(.max, 2) == nil)
  }

  @Test func everyNumberHasANearestOne() {
    for (value, whole) in [
      (0.4, 0), (2.5, 3), (-2.6, -3), (1e300, Int.max), (-1e300, .min), (.infinity, .max), (.nan, 0),
      (9.3e18, .max), (-9.3e18, .min),
    ] { #expect(Checked.nearest(value) == whole, "\(value)") }
  }
}
