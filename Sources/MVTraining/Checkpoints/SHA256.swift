internal import Foundation
internal import MVCore

/// The SHA-256 sum of FIPS 180-4, by which a program that is run again is known to be the file of before.
///
/// Nobody can make another file of the same sum, unlike that of ``Fingerprint``.
enum SHA256 {
  /// The sum of a file as 64 hexadecimal digits; throws where the file cannot be read.
  static func text(ofFile url: URL) throws(MVError) -> String {
    guard let bytes = try? Data(contentsOf: url, options: .alwaysMapped) else {
      throw .missingInput(url.path, "cannot be read", remedy: "check the path and its permissions")
    }
    return bytes.withUnsafeBytes { text(of: $0) }
  }

  /// The sum of `bytes` as 64 hexadecimal digits.
  static func text(of bytes: UnsafeRawBufferPointer) -> String {
    var state = initial
    let whole = bytes.count / 64 * 64
    for start in stride(from: 0, to: whole, by: 64) { add(bytes, from: start, to: &state) }
    // The rest, a single bit, zeros, and the length in bits.
    var tail = Array(bytes[whole...]) + [0x80]
    tail += [UInt8](repeating: 0, count: (120 - tail.count % 64) % 64)
    withUnsafeBytes(of: (UInt64(bytes.count) &* 8).bigEndian) { tail += $0 }
    tail.withUnsafeBytes { raw in
      for start in stride(from: 0, to: raw.count, by: 64) { add(raw, from: start, to: &state) }
    }
    return (0..<8).map { String(format: "%08x", state[$0]) }.joined()
  }

  /// Mixes 64 bytes into the sum so far.
  private static func add(_ bytes: UnsafeRawBufferPointer, from start: Int, to state: inout SIMD8<UInt32>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
      for i in 0..<16 {
        words[i] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * i, as: UInt32.self))
      }
      for i in 16..<64 {
        let (a, b) = (words[i - 15], words[i - 2])
        let first = turned(a, 7) ^ turned(a, 18) ^ (a >> 3), second = turned(b, 17) ^ turned(b, 19) ^ (b >> 10)
        words[i] = words[i - 16] &+ first &+ words[i - 7] &+ second
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      constants.withUnsafeBufferPointer { constants in
        for i in 0..<64 {
          let chosen = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c)
          let one = h &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ chosen &+ constants[i] &+ words[i]
          let two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ majority
          (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
        }
      }
      state &+= SIMD8(a, b, c, d, e, f, g, h)
    }
  }

  private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }

  /// The first 64 primes, whose roots the standard takes its constants from.
  private static let primes = (2..<312).filter { n in !(2..<n).contains { n % $0 == 0 } }

  /// The first 32 bits of the fractions of the square roots of the first eight primes.
  private static let initial = SIMD8<UInt32>(primes.prefix(8).map { fraction(Double($0).squareRoot()) })

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = primes.map { fraction(cbrt(Double($0))) }

  private static func fraction(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
}
