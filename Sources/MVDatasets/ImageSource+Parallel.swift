package import MVCore
internal import Synchronization

extension ImageSource {
  /// The same images as ``images(_:of:)``, read on up to `threads` threads; throws the first error in their order.
  package func images(_ rows: Range<Int>, of split: SourceSplit, threads: Int) throws(MVError) -> ImageBatch {
    // Parts small enough that a slow image does not keep the other threads waiting.
    let step = max(1, min(16, rows.count / max(1, threads)))
    let count = (rows.count + step - 1) / step
    guard threads > 1, count > 1 else { return try images(rows, of: split) }
    let parts = Mutex([Result<ImageBatch, MVError>?](repeating: nil, count: count))
    Parallel.forEach(count, threads: threads) { part in
      let start = rows.lowerBound + part * step
      let read = Result { () throws(MVError) -> ImageBatch in
        try images(start..<min(start + step, rows.upperBound), of: split)
      }
      parts.withLock { $0[part] = read }
    }
    // Of floats four bytes each; three times as much at most while the array grows.
    try LargeArray.check(rows.count * split.shape.count * (split.hasFloatPixels ? 12 : 1), for: contents.location)
    var bytes: [UInt8] = []
    var floats: [Float] = []
    for part in parts.withLock({ $0 }) {
      switch try part?.get().pixels {
      case .uint8(let values)?:
        if bytes.isEmpty { bytes.reserveCapacity(rows.count * split.shape.count) }
        bytes += values
      case .float32(let values)?: floats += values
      case nil: break
      }
    }
    let pixels = floats.isEmpty ? Pixels.uint8(bytes) : .float32(floats)
    guard pixels.count == rows.count * split.shape.count else {
      throw .internalFault(contents.location, "gave images of another shape than \(split.shape)")
    }
    return ImageBatch(count: rows.count, shape: split.shape, pixels: pixels)
  }
}
