internal import CKernels
internal import Foundation
internal import MVCore

/// CRC-32C sums of the parts of a feature file.
enum Checksum {
  /// The sum of `bytes`, following bytes whose sum is `previous`.
  static func of(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    mvk_crc32c(previous, bytes.baseAddress, bytes.count)
  }

  /// The sum of two stretches of bytes, one after the other, by their sums; the second is `count` bytes long.
  static func joined(_ first: UInt32, _ second: UInt32, count: Int) -> UInt32 {
    // A sum is a polynomial over two elements: bytes that follow multiply it by x to the power of their bits.
    var (power, factor) = (one, one >> 8)
    var left = count
    while left > 0 {
      if left & 1 == 1 { power = product(power, factor) }
      factor = product(factor, factor)
      left >>= 1
    }
    return product(first, power) ^ second
  }

  /// The polynomial 1: the highest power comes last in a sum.
  private static let one: UInt32 = 1 << 31

  /// The product of two polynomials, modulo Castagnoli's.
  private static func product(_ first: UInt32, _ second: UInt32) -> UInt32 {
    var (sum, shifted): (UInt32, UInt32) = (0, second)
    for power in 0..<32 {
      if first & (one >> power) != 0 { sum ^= shifted }
      shifted = shifted & 1 == 1 ? (shifted >> 1) ^ 0x82F6_3B78 : shifted >> 1
    }
    return sum
  }

  /// The sum of labels, over their bytes as they are stored.
  static func of(_ labels: Labels) -> UInt32 {
    switch labels {
    case .single(let values): values.withUnsafeBytes { of($0) }
    case .multi(let values, _): values.withUnsafeBytes { of($0) }
    }
  }

  /// The sum of texts, over their bytes as they are stored.
  static func of(_ texts: PackedStrings) -> UInt32 { texts.bytes.withUnsafeBytes { of($0) } }
}
