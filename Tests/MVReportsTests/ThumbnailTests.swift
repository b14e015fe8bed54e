import Foundation
import MVCore
import MVImaging
import Testing

@testable import MVReports

/// Images as they stand on a page.
struct ThumbnailTests {
  private func decoded(_ image: Image, side: Int = 96) throws -> Image {
    try Image(decoding: image.thumbnail(side: side), name: "thumbnail")
  }

  private func bytes(_ image: Image) -> [UInt8] {
    guard case .uint8(let values) = image.pixels else { return [] }
    return values
  }

  @Test(arguments: [(200, 100, 96, 48), (100, 200, 48, 96), (96, 96, 96, 96), (10, 7, 10, 7), (2000, 1, 96, 1)])
  func longSidesAreCutToTheLimit(height: Int, width: Int, shownHeight: Int, shownWidth: Int) throws {
    let shape = ImageShape(height: height, width: width, channels: 3)
    let image = Image(shape: shape, pixels: .uint8((0..<shape.count).map { UInt8($0 % 251) }))
    let shown = try decoded(image)
    #expect(shown.shape.height == shownHeight && shown.shape.width == shownWidth)
    if height <= 96 { #expect(bytes(shown) == bytes(image), "small images stay as they are") }
  }

  @Test func floatsAreStretchedToWhatCanBeShown() throws {
    let shape = ImageShape(height: 1, width: 4, channels: 1)
    func gray(_ values: [Float]) throws -> [UInt8] {
      let shown = try decoded(Image(shape: shape, pixels: .float32(values)))
      return stride(from: 0, to: shown.shape.count, by: shown.shape.channels).map { bytes(shown)[$0] }
    }
    #expect(try gray([0, 0.5, 1, 0.25]) == [0, 128, 255, 64])
    #expect(try gray([-1, 0, 1, 3]) == [0, 64, 128, 255])
    #expect(try gray([.nan, .infinity, 1, 0]) == [0, 0, 255, 0])
  }

  @Test func ofOtherNumbersOfChannelsTheFirstIsShown() throws {
    let image = Image(
      shape: ImageShape(height: 1, width: 2, channels: 5), pixels: .uint8([7, 1, 1, 1, 1, 200, 2, 2, 2, 2]))
    let shown = try decoded(image)
    #expect(shown.shape.width == 2)
    #expect(bytes(shown)[0] == 7 && bytes(shown)[shown.shape.channels] == 200)
  }
}
