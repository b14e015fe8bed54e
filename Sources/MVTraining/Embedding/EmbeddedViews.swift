internal import MVCore
internal import MVImaging

/// Which views of an image are embedded; the rows of several are averaged.
public enum EmbeddedViews: String, Hashable, Sendable, CaseIterable {
  /// The image itself.
  case single
  /// The image and its mirror image.
  case flip
  /// The four corners and the center of the scaled image, and their mirror images (Krizhevsky and others 2012).
  case tenCrop = "ten-crop"

  /// A view of every image of a batch.
  struct Part {
    let shape: ImageShape
    let pixels: () -> [UInt8]
  }

  /// Throws a usage error where `framing` leaves no room for the crops; nil is that of a run, whose images come cut.
  func check(_ framing: Framing?) throws(MVError) {
    guard self == .tenCrop else { return }
    guard let framing else {
      throw .usage(
        "ten crops", "are not for a run, whose images come as they were cut",
        remedy: "export its weights (mvmr-train export --format safetensors) and embed with these")
    }
    guard let side = framing.resize, side > max(framing.size.height, framing.size.width) else {
      throw .usage(
        "ten crops", "need images that are scaled to more than they are cut to",
        remedy: "give --resize N, for example 256 where --size is 224")
    }
  }

  /// How a source frames images for these views: the middle square of the scaled image, where crops are cut from it.
  func sourceFraming(_ framing: Framing) -> Framing {
    guard self == .tenCrop, let side = framing.resize else { return framing }
    return Framing(
      .square(side), resize: side, interpolation: framing.interpolation, stretches: framing.stretches)
  }

  /// The views of images N x H x W x C; `crop` is the size of each of ten crops.
  func parts(of pixels: [UInt8], shape: ImageShape, crop: ImageSize?) throws(MVError) -> [Part] {
    switch self {
    case .single: return [Part(shape: shape) { pixels }]
    case .flip: return [Part(shape: shape) { pixels }, Part(shape: shape) { Self.mirrored(pixels, shape) }]
    case .tenCrop:
      guard let crop, crop.height <= shape.height, crop.width <= shape.width else {
        throw .badData("a batch of \(shape)", "is too small for ten crops", remedy: "give larger images")
      }
      let (down, across) = (shape.height - crop.height, shape.width - crop.width)
      let own = ImageShape(height: crop.height, width: crop.width, channels: shape.channels)
      // torchvision rounds half a pixel to even, as Python does.
      let middle = (
        Int((Double(down) / 2).rounded(.toNearestOrEven)), Int((Double(across) / 2).rounded(.toNearestOrEven))
      )
      return [(0, 0), (0, across), (down, 0), (down, across), middle].flatMap { top, left -> [Part] in
        let cut = { Self.cropped(pixels, shape, top: top, left: left, own) }
        return [Part(shape: own, pixels: cut), Part(shape: own) { Self.mirrored(cut(), own) }]
      }
    }
  }

  private static func mirrored(_ pixels: [UInt8], _ shape: ImageShape) -> [UInt8] {
    let (width, channels) = (shape.width, shape.channels)
    return [UInt8](unsafeUninitializedCapacity: pixels.count) { result, count in
      for row in 0..<pixels.count / (width * channels) {
        let start = row * width * channels
        for column in 0..<width {
          for channel in 0..<channels {
            result[start + column * channels + channel] = pixels[start + (width - 1 - column) * channels + channel]
          }
        }
      }
      count = pixels.count
    }
  }

  private static func cropped(
    _ pixels: [UInt8], _ shape: ImageShape, top: Int, left: Int, _ own: ImageShape
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count / shape.count * own.count)
    for image in 0..<pixels.count / shape.count {
      for row in top..<top + own.height {
        let start = (image * shape.height + row) * shape.width * shape.channels + left * shape.channels
        result += pixels[start..<start + own.width * shape.channels]
      }
    }
    return result
  }
}
