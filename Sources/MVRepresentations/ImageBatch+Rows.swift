internal import MVCore

extension ImageBatch {
  /// Calls `bytes` or `floats`, by the type of the pixels, with each image, its row of `width` values and scratch memory.
  func eachRow(
    of width: Int, in rows: inout MutableSpan<Float>, scratch: Int,
    bytes: (UnsafePointer<UInt8>, UnsafeMutablePointer<Float>, UnsafeMutableRawPointer) -> Void,
    floats: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutableRawPointer) -> Void
  ) {
    guard count > 0 else { return }
    rows.withUnsafeMutableBufferPointer { rows in
      withUnsafeTemporaryAllocation(byteCount: scratch, alignment: 128) { scratch in
        for index in 0..<count {
          let row = rows.baseAddress! + index * width
          switch pixels {
          case .uint8(let values):
            values.withUnsafeBufferPointer { bytes($0.baseAddress! + index * shape.count, row, scratch.baseAddress!) }
          case .float32(let values):
            values.withUnsafeBufferPointer { floats($0.baseAddress! + index * shape.count, row, scratch.baseAddress!) }
          }
        }
      }
    }
  }
}
