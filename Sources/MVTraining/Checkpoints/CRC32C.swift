/// The CRC-32C checksum (Castagnoli's polynomial, reflected), eight bytes a step.
struct CRC32C {
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      tables[byte] = value
    }
    for level in 1..<8 {
      for byte in 0..<256 {
        let before = tables[(level - 1) * 256 + byte]
        tables[level * 256 + byte] = before >> 8 ^ tables[Int(before & 255)]
      }
    }
    return tables
  }()

  private var state: UInt32 = .max

  /// The checksum of everything added so far.
  var value: UInt32 { ~state }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    CRC32C.tables.withUnsafeBufferPointer { tables in
      var place = 0
      while place + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(crc)
        crc = 0
        for byte in 0..<8 { crc ^= tables[(7 - byte) * 256 + Int(word >> UInt64(8 * byte) & 255)] }
        place += 8
      }
      while place < bytes.count {
        crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[place])) & 255)]
        place += 1
      }
    }
    state = crc
  }
}
