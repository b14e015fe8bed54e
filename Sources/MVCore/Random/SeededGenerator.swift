/// A random number generator (xoshiro256++) whose stream depends on a seed and keys alone.
///
/// Keys say what the numbers are for, for example `(seed, epoch, image)`. The same seed and keys give the same numbers,
/// whatever was drawn before and on whatever thread. Follows Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators" (2021); seeded by SplitMix64, as they recommend.
public struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable, Codable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  /// Creates the stream of `seed` and `keys`.
  public init(seed: UInt64, keys: UInt64...) {
    var mix = seed
    for key in keys { mix = SeededGenerator.splitMix(mix ^ SeededGenerator.splitMix(key &+ 0x632B_E59B_D9B4_E019)) }
    let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
    a = SeededGenerator.splitMix(mix &+ golden)
    b = SeededGenerator.splitMix(mix &+ golden &* 2)
    c = SeededGenerator.splitMix(mix &+ golden &* 3)
    d = SeededGenerator.splitMix(mix &+ golden &* 4)
  }

  private static func splitMix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let sum = a &+ d
    let result = (sum << 23 | sum >> 41) &+ a
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = d << 45 | d >> 19
    return result
  }

  /// Draws a number uniform in [0, 1), a multiple of 2^-53.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Draws a number uniform in [`range.lowerBound`, `range.upperBound`).
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Draws a whole number uniform in 0..<`bound`, without modulo bias.
  public mutating func integer(below bound: Int) -> Int { Int(next(upperBound: UInt64(bound))) }

  /// Draws `true` with probability `probability`.
  public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Draws a permutation of 0..<`count`; all are equally likely (Fisher and Yates's shuffle).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
    return order
  }
}
