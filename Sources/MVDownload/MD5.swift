internal import Foundation
internal import MVCore

/// The MD5 sum (RFC 1321), which the makers of data sets publish; it detects damage, not malice.
struct MD5 {
  private var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)

  /// floor(2^32 |sin(i + 1)|), as the standard defines its constants.
  private static let table: [UInt32] = (0..<64).map { UInt32(abs(sin(Double($0 + 1))) * 4_294_967_296) }
  private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

  /// The sum of `bytes` as 32 hexadecimal digits.
  static func text(of bytes: UnsafeRawBufferPointer) -> String {
    var sum = MD5()
    let whole = bytes.count / 64
    for block in 0..<whole { sum.add(UnsafeRawBufferPointer(rebasing: bytes[block * 64..<block * 64 + 64])) }
    // The rest, a single bit, zeros, and the length in bits.
    var tail = Array(bytes[(whole * 64)...]) + [0x80]
    while tail.count % 64 != 56 { tail.append(0) }
    let bits = UInt64(bytes.count) &* 8
    tail += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    tail.withUnsafeBytes { raw in
      for start in stride(from: 0, to: raw.count, by: 64) {
        sum.add(UnsafeRawBufferPointer(rebasing: raw[start..<start + 64]))
      }
    }
    return [sum.state.0, sum.state.1, sum.state.2, sum.state.3].flatMap { word in
      (0..<4).map { byte in
        let digits = String((word >> (8 * UInt32(byte))) & 0xff, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }
    }.joined()
  }

  /// The sum of a file as 32 hexadecimal digits; throws where the file cannot be read.
  static func text(ofFile url: URL) throws(MVError) -> String {
    guard let bytes = try? Data(contentsOf: url, options: .alwaysMapped) else {
      throw .inputOutput(url.path, "cannot be read", remedy: "check its permissions")
    }
    return bytes.withUnsafeBytes { text(of: $0) }
  }

  private mutating func add(_ block: UnsafeRawBufferPointer) {
    var (a, b, c, d) = state
    Self.table.withUnsafeBufferPointer { table in
      Self.shifts.withUnsafeBufferPointer { shifts in
        for step in 0..<64 {
          let mixed: UInt32
          let word: Int
          switch step >> 4 {
          case 0: (mixed, word) = ((b & c) | (~b & d), step)
          case 1: (mixed, word) = ((d & b) | (~d & c), (5 * step + 1) & 15)
          case 2: (mixed, word) = (b ^ c ^ d, (3 * step + 5) & 15)
          default: (mixed, word) = (c ^ (b | ~d), (7 * step) & 15)
          }
          let value = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self))
          let sum = a &+ mixed &+ table[step] &+ value
          let shift = shifts[(step >> 4) * 4 + (step & 3)]
          (a, d, c) = (d, c, b)
          b = b &+ ((sum << shift) | (sum >> (32 - shift)))
        }
      }
    }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
  }
}
