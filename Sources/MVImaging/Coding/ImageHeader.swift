internal import CCodecs
package import Foundation
package import MVCore

/// What an image file says of itself before it is decoded: its size, and whether it stands upright.
package struct ImageHeader: Hashable, Sendable {
  /// The size of the pixels as they are stored.
  package let size: ImageSize
  /// The EXIF orientation, 1 to 8: 1 is upright, and from 5 on height and width change places; nil where not known.
  package let orientation: Int?
  /// The orientation of a TIFF file always holds, as with Pillow.
  private let isAlwaysTurned: Bool

  /// The bytes that are mostly enough: before the size in a JPEG stand a color profile and a thumbnail.
  package static let usualLength = 1 << 16

  /// Reads the first bytes of an image file; nil where they do not say the size.
  ///
  /// That may be since they are too few: the size in a TIFF file may stand anywhere.
  package init?(_ bytes: Data) {
    let found: MVCodecInfo? = bytes.withUnsafeBytes { raw in
      // Whether the pixels can be had is not the question here.
      try? CodecImage(raw, name: "", Decoding(sixteenBits: .pillow, pixelLimit: .max)).info
    }
    guard let found else { return nil }
    size = ImageSize(height: Int(found.height), width: Int(found.width))
    orientation = found.orientation == 0 ? nil : Int(found.orientation)
    isAlwaysTurned = found.format == MVCodecTIFF
  }

  /// The size that decoding gives; nil where that is not known.
  package func size(_ decoding: Decoding) -> ImageSize? {
    guard isTurned(decoding) else { return size }
    return orientation.map { $0 >= 5 ? ImageSize(height: size.width, width: size.height) : size }
  }

  /// Whether decoding so leaves the image lying on its side or its head.
  package func isLeftTurned(_ decoding: Decoding) -> Bool {
    !isTurned(decoding) && orientation.map { $0 != 1 } ?? false
  }

  private func isTurned(_ decoding: Decoding) -> Bool { decoding.honorsOrientation || isAlwaysTurned }
}
