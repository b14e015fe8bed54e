internal import CInterface
internal import MVCore

/// Images in the caller's memory, checked.
struct CallerImages {
  let count: Int
  let shape: ImageShape
  let hasFloats: Bool
  private let data: UnsafeRawPointer
  /// Bytes from one image, row, column and channel to the next.
  private let strides: (image: Int, row: Int, column: Int, channel: Int)

  /// Throws where they are NULL, or have a type, an order or sizes that cannot be.
  init(_ argument: UnsafePointer<mvmr_images>?) throws(Refusal) {
    guard let images = argument?.pointee else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "images", "is NULL", remedy: "give images")
    }
    shape = try Self.shape(images.height, images.width, images.channels)
    switch Int(images.type) {
    case MVMR_UINT8: hasFloats = false
    case MVMR_FLOAT32: hasFloats = true
    default:
      throw Refusal(
        MVMR_UNSUPPORTED_TYPE, "images", "are of type \(images.type)", remedy: "give uint8 (0) or float32 (1)")
    }
    guard images.count >= 0 else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "images", "are \(images.count)", remedy: "give 0 or more")
    }
    count = Int(images.count)
    let size = hasFloats ? 4 : 1
    let (bytes, overflow) = count.multipliedReportingOverflow(by: shape.count * size)
    guard !overflow, bytes < Int.max / 8 else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "images", "are \(count), too many", remedy: "give them in batches")
    }
    switch Int(images.order) {
    case MVMR_NHWC:
      strides = (shape.count * size, shape.width * shape.channels * size, shape.channels * size, size)
    case MVMR_NCHW:
      strides = (shape.count * size, shape.width * size, size, shape.height * shape.width * size)
    case MVMR_STRIDED:
      strides = (
        Int(images.image_stride), Int(images.row_stride), Int(images.column_stride), Int(images.channel_stride)
      )
      try Self.check(strides, count, shape)
    default:
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "images", "lie in the order \(images.order)",
        remedy: "give NHWC (0), NCHW (1) or strided (2)")
    }
    guard let data = images.data ?? (count == 0 ? UnsafeRawPointer(bitPattern: 4) : nil) else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "images", "lie at NULL", remedy: "give their pixels")
    }
    self.data = data
  }

  /// The size of images; throws where there can be none of it.
  static func shape(_ height: Int64, _ width: Int64, _ channels: Int64) throws(Refusal) -> ImageShape {
    guard (1...32768).contains(height), (1...32768).contains(width) else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "images of \(height)x\(width) pixels", "cannot be", remedy: "sides are 1 to 32768 pixels"
      )
    }
    guard channels == 1 || channels == 3 else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "images of \(channels) channels", "are neither gray nor color",
        remedy: "give 1 channel, or 3 for red, green and blue")
    }
    let shape = ImageShape(height: Int(height), width: Int(width), channels: Int(channels))
    guard shape.count < 1 << 31 else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "images of \(shape)", "have more than 2147483647 values", remedy: "make them smaller")
    }
    return shape
  }

  /// Throws where an address would leave the range of numbers.
  private static func check(
    _ strides: (image: Int, row: Int, column: Int, channel: Int), _ count: Int, _ shape: ImageShape
  ) throws(Refusal) {
    let steps = [
      (strides.image, max(0, count - 1)), (strides.row, shape.height - 1), (strides.column, shape.width - 1),
      (strides.channel, shape.channels - 1),
    ]
    for (stride, times) in steps {
      let (reach, overflow) = stride.multipliedReportingOverflow(by: times)
      guard !overflow, abs(Double(reach)) < 0x1p60 else {
        throw Refusal(
          MVMR_INVALID_ARGUMENT, "images", "have a stride of \(stride) bytes, too far", remedy: "give their own strides"
        )
      }
    }
  }

  /// A copy of some images in the order that representations take.
  ///
  /// A copy, so that nothing changes under the kernels, and a small one, which stays in the cache.
  func batch(_ range: Range<Int>) -> ImageBatch {
    let count = range.count * shape.count
    let pixels: Pixels
    if hasFloats {
      pixels = .float32(
        [Float](unsafeUninitializedCapacity: count) { buffer, written in
          copy(range, into: UnsafeMutableRawBufferPointer(buffer))
          written = count
        })
    } else {
      pixels = .uint8(
        [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
          copy(range, into: UnsafeMutableRawBufferPointer(buffer))
          written = count
        })
    }
    return ImageBatch(count: range.count, shape: shape, pixels: pixels)
  }

  /// Copies some images into memory that holds at least these.
  @inline(never)
  private func copy(_ range: Range<Int>, into target: UnsafeMutableRawBufferPointer) {
    guard var target = target.baseAddress, !range.isEmpty else { return }
    let size = hasFloats ? 4 : 1
    let lineSize = shape.width * shape.channels * size
    let isPacked = strides.channel == size && strides.column == shape.channels * size
    if isPacked, strides.row == lineSize, strides.image == lineSize * shape.height {
      target.copyMemory(
        from: data + range.lowerBound * strides.image, byteCount: range.count * shape.count * size)
      return
    }
    for image in range {
      for row in 0..<shape.height {
        let line = data + (image * strides.image + row * strides.row)
        if isPacked {
          target.copyMemory(from: line, byteCount: lineSize)
        } else if hasFloats {
          gather(line, into: target.assumingMemoryBound(to: Float.self))
        } else {
          gather(line, into: target.assumingMemoryBound(to: UInt8.self))
        }
        target += lineSize
      }
    }
  }

  /// Copies one line of pixels, whose values lie apart.
  private func gather<Value: BitwiseCopyable>(_ line: UnsafeRawPointer, into target: UnsafeMutablePointer<Value>) {
    let (column, channel) = (strides.column, strides.channel)
    if shape.channels == 3 {
      for x in 0..<shape.width {
        let pixel = line + x * column
        target[3 * x] = pixel.loadUnaligned(as: Value.self)
        target[3 * x + 1] = (pixel + channel).loadUnaligned(as: Value.self)
        target[3 * x + 2] = (pixel + 2 * channel).loadUnaligned(as: Value.self)
      }
    } else {
      for x in 0..<shape.width { target[x] = (line + x * column).loadUnaligned(as: Value.self) }
    }
  }
}
