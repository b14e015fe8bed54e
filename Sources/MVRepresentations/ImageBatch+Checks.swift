internal import CKernels
internal import MVCore

extension ImageBatch {
  /// The largest absolute value of a float pixel: beyond it, sums of squares would leave single precision.
  static let largestPixel: Float = 1e15

  /// Throws for the first pixel that is not a number of reasonable size; the error's row is the image.
  func checkPixels() throws(MVError) {
    guard case .float32(let values) = pixels else { return }
    let first = values.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { mvk_first_beyond($0, buffer.count, Self.largestPixel) } ?? 0
    }
    guard first < values.count else { return }
    throw badPixel(
      first, values[first].isFinite ? "is beyond 1e15" : "is not a number", remedy: "repair or leave out the image")
  }

  /// The error of the float pixel at `index`, of which `problem` says what is wrong; its row is the image.
  func badPixel(_ index: Int, _ problem: String, remedy: String) -> MVError {
    let (image, rest) = index.quotientAndRemainder(dividingBy: shape.count)
    let (pixel, channel) = rest.quotientAndRemainder(dividingBy: shape.channels)
    let value = if case .float32(let values) = pixels { " \(values[index])" } else { "" }
    return .badData(
      "image",
      "holds\(value) in row \(pixel / shape.width), column \(pixel % shape.width), channel \(channel), which \(problem)",
      remedy: remedy, row: image)
  }
}
