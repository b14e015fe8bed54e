import MVCore
import MVRepresentations
import TestSupport
import Testing

@Suite struct OpenCVHOGTests {
  static let cases: [(String, String, OpenCVHOG)] = [
    ("rgb32", "rgb32", OpenCVHOG()), ("rgb96", "rgb96", OpenCVHOG()), ("uneven", "rgb45x37", OpenCVHOG()),
    ("signed", "rgb45x37", OpenCVHOG(orientations: 18, signed: true)),
    ("linear", "rgb45x37", OpenCVHOG(gammaCorrection: false)),
    ("odd", "rgb45x37", OpenCVHOG(orientations: 12, cellSize: 5, blockSize: 15, blockStride: 4)),
  ]

  @Test(arguments: cases)
  func agreesWithOpenCVInPython(_ name: String, _ images: String, _ hog: OpenCVHOG) throws {
    let values = try rows(of: hog, try Fixture.images("images/\(images)"))
    #expect(largestDifference(values, try Fixture.floats("hog-opencv/\(name)")) <= 1e-6)
  }

  @Test func agreesWithOpenCVInPythonOnGray() throws {
    let color = try Fixture.images("images/rgb45x37")
    guard case .uint8(let values) = color.pixels else { return }
    let gray = ImageBatch(
      count: 2, shape: ImageShape(height: 45, width: 37, channels: 1),
      pixels: .uint8(stride(from: 1, to: values.count, by: 3).map { values[$0] }))
    #expect(largestDifference(try rows(of: OpenCVHOG(), gray), try Fixture.floats("hog-opencv/grey")) <= 1e-6)
  }

  @Test func rampVotesBetweenTheTwoNearestOrientations() throws {
    // A gradient to the right lies on the edge between the first and the last bin, and OpenCV shares its vote.
    let values = (0..<256).map { UInt8(40 + 8 * ($0 % 16)) }
    let image = Image(shape: ImageShape(height: 16, width: 16, channels: 1), pixels: .uint8(values))
    let features = try OpenCVHOG(orientations: 6, gammaCorrection: false).features(of: image)
    #expect(features.layout.shape == [1, 1, 2, 2, 6])
    for cell in 0..<4 {
      let votes = features.values[cell * 6..<cell * 6 + 6].map { $0 }
      #expect(votes[0] > 0.1 && abs(votes[0] - votes[5]) < 1e-4 && votes[1...4].allSatisfy { $0 < 1e-4 })
    }
  }

  @Test func orderIsColumnByColumn() throws {
    let layout = try OpenCVHOG().layout(for: ImageShape(height: 40, width: 63, channels: 3))
    #expect(layout.axes == ["block_x", "block_y", "cell_x", "cell_y", "orientation"])
    #expect(layout.shape == [6, 4, 2, 2, 9])
    // An edge at the left shows in the first blocks only.
    let bytes = (0..<40 * 64).map { UInt8($0 % 64 < 6 ? 20 : 220) }
    let image = Image(shape: ImageShape(height: 40, width: 64, channels: 1), pixels: .uint8(bytes))
    let values = try OpenCVHOG().features(of: image).values
    #expect(values.prefix(4 * 36).contains { $0 > 0.1 } && values.suffix(5 * 4 * 36).allSatisfy { $0 < 1e-3 })
  }

  static let impossible: [(OpenCVHOG, String)] = [
    (OpenCVHOG(blockSize: 17), "setting block_size=17"), (OpenCVHOG(blockSize: 64), "setting block_size=64"),
    // OpenCV reads beyond the end of blocks of less than 4 values.
    (OpenCVHOG(orientations: 3, cellSize: 8, blockSize: 8), "setting orientations=3"),
    (OpenCVHOG(blockStride: 0), "setting block_stride=0"), (OpenCVHOG(orientations: 181), "setting orientations=181"),
  ]

  @Test(arguments: impossible) func refusesImpossibleSettings(_ hog: OpenCVHOG, _ subject: String) {
    let error = #expect(throws: MVError.self) { try hog.layout(for: ImageShape(height: 40, width: 40, channels: 3)) }
    #expect(error?.kind == .usage)
    #expect(error?.subject == subject)
  }

  @Test func refusesFloatPixels() throws {
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let image = Image(shape: shape, pixels: .float32(Array(repeating: 0.5, count: shape.count)))
    let error = #expect(throws: MVError.self) { try OpenCVHOG().features(of: image) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("hog-opencv") == true && error?.description.contains("8-bit") == true)
    #expect(throws: MVError.self) { try OpenCVHOG().picture(of: image) }
  }
}
