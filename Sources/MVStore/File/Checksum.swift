internal import CKernels
internal import Foundation
internal import MVCore

/// CRC-32C sums of the parts of a feature file.
enum Checksum {
  /// The sum of `bytes`, following bytes whose sum is `previous`.
  static func of(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    mvk_crc32c(previous, bytes.baseAddress, bytes.count)
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
