import MVCore
import Testing

@testable import MVImaging

struct ImageTurningTests {
  /// Where the first two pixels of a row and the first of the next are seen, as EXIF 2.32 describes each orientation.
  @Test(arguments: [
    (1, [1, 2, 3, 4, 5, 6], 3), (2, [3, 2, 1, 6, 5, 4], 3), (3, [6, 5, 4, 3, 2, 1], 3), (4, [4, 5, 6, 1, 2, 3], 3),
    (5, [1, 4, 2, 5, 3, 6], 2), (6, [4, 1, 5, 2, 6, 3], 2), (7, [6, 3, 5, 2, 4, 1], 2), (8, [3, 6, 2, 5, 1, 4], 2),
  ]) func everyOrientation(_ orientation: Int, _ seen: [UInt8], _ width: Int) {
    let stored = Image(
      shape: ImageShape(height: 2, width: 3, channels: 3), pixels: .uint8((1...6).flatMap { [$0, 0, 9] }))
    let turned = stored.turnedUpright(from: orientation)
    #expect(turned.shape == ImageShape(height: 6 / width, width: width, channels: 3))
    #expect(turned.pixels == .uint8(seen.flatMap { [$0, 0, 9] }))
  }
}
