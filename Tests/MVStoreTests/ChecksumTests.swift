import CKernels
import Testing

@Suite struct ChecksumTests {
  /// The test vectors of RFC 3720, appendix B.4, and the customary check value.
  @Test(
    arguments: [
      (Array("123456789".utf8), 0xE306_9283),
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ([UInt8](0..<32), 0x46DD_794E),
      ([UInt8](0..<32).reversed(), 0x113F_DB5C),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func published(_ bytes: [UInt8], _ sum: UInt32) {
    #expect(mvk_crc32c(0, bytes, bytes.count) == sum)
    #expect(mvk_crc32c_portable(0, bytes, bytes.count) == sum)
  }

  @Test func bothPathsAgreeAtEveryLengthAndPlace() {
    let bytes = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3 ^ $0) }
    bytes.withUnsafeBytes { raw in
      for length in Array(0..<70) + [767, 768, 769, 1543, 12_287, 12_288, 12_289, 13_057, 39_000] {
        for start in [0, 1, 7, 300] {
          let base = raw.baseAddress! + start
          #expect(mvk_crc32c(7, base, length) == mvk_crc32c_portable(7, base, length))
        }
      }
      let whole = mvk_crc32c(0, raw.baseAddress!, raw.count)
      let half = mvk_crc32c(0, raw.baseAddress!, 12_345)
      #expect(mvk_crc32c(half, raw.baseAddress! + 12_345, raw.count - 12_345) == whole)
    }
  }

  @Test func firstValueBeyond() {
    for (place, value) in [(0, Float.nan), (1023, .infinity), (1024, -.infinity), (2999, 65520)] {
      var values = [Float](repeating: -65519, count: 3000)
      #expect(mvk_first_beyond(values, values.count, Float(65520).nextDown) == 3000)
      values[place] = value
      #expect(mvk_first_beyond(values, values.count, Float(65520).nextDown) == place)
    }
  }

  @Test func firstHalfNotFinite() {
    for (place, value) in [(0, UInt16(0x7C00)), (1500, 0xFE00), (2999, 0x7C01)] {
      var values = [UInt16](repeating: 0xFBFF, count: 3000)
      #expect(mvk_first_not_finite_float16(values, values.count) == 3000)
      values[place] = value
      #expect(mvk_first_not_finite_float16(values, values.count) == place)
    }
  }
}
