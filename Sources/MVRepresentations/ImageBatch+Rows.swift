internal import CKernels
internal import MVCore

extension ImageBatch {
  /// Calls `body` with each image, its row of `width` values and scratch memory.
  func eachRow(
    of width: Int, in rows: inout MutableSpan<Float>, scratch: Int,
    _ body: (UnsafePointer<mvk_image>, UnsafeMutablePointer<Float>, UnsafeMutableRawPointer) -> Void
  ) {
    guard count > 0 else { return }
    var image = mvk_image(
      bytes: nil, floats: nil, height: shape.height, width: shape.width, channels: shape.channels)
    rows.withUnsafeMutableBufferPointer { rows in
      withUnsafeTemporaryAllocation(byteCount: scratch, alignment: 128) { scratch in
        guard let rows = rows.baseAddress, let scratch = scratch.baseAddress else { return }
        switch pixels {
        case .uint8(let values):
          values.withUnsafeBufferPointer { values in
            for index in 0..<count {
              image.bytes = values.baseAddress.map { $0 + index * shape.count }
              body(&image, rows + index * width, scratch)
            }
          }
        case .float32(let values):
          values.withUnsafeBufferPointer { values in
            for index in 0..<count {
              image.floats = values.baseAddress.map { $0 + index * shape.count }
              body(&image, rows + index * width, scratch)
            }
          }
        }
      }
    }
  }
}
