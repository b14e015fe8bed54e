import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// Every photograph of a real set, decoded and resized here and by Pillow: run where `MVMR_PEERS` names a Python with Pillow.
struct PillowComparisonTests {
  static let python = ProcessInfo.processInfo.environment["MVMR_PEERS"]

  private func largest(_ image: Image, _ golden: URL) throws -> Int {
    let array = try NumPyArray(contentsOf: golden)
    guard array.shape == [image.shape.height, image.shape.width, 3], case .uint8(let pixels) = image.pixels else {
      return .max
    }
    return zip(pixels, try array.values(as: UInt8.self)).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
  }

  @Test(
    .enabled(
      if: python != nil && RealData.url("imagenet-sample") != nil, "needs real photographs and MVMR_PEERS=PYTHON"))
  func photographs() throws {
    let folder = try #require(RealData.url("imagenet-sample"))
    let scratch = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.python))
    process.arguments = [
      Fixture.root.appending(path: "Fixtures/Generators/_pillow.py").path, folder.path, scratch.url.path,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    var worst = (decoded: 0, covering: 0, bicubic: 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    for name in names {
      let image = try Image(contentsOf: folder.appending(path: name))
      func golden(_ kind: String) -> URL { scratch.url.appending(path: "\(name).\(kind).npy") }
      let decoded = try largest(image, golden("decoded"))
      let covering = try largest(try image.covering(ImageSize(height: 224, width: 224)), golden("covering"))
      let bicubic = try largest(try image.resized(to: ImageSize(height: 96, width: 64), .bicubic), golden("bicubic"))
      // Pillow may take the two passes in the other order, which bicubic weights below zero can show twice.
      #expect(decoded == 0 && covering <= 1 && bicubic <= 2, "\(name): \(decoded), \(covering), \(bicubic)")
      worst = (max(worst.decoded, decoded), max(worst.covering, covering), max(worst.bicubic, bicubic))
    }
    print("\(names.count) photographs, largest difference in grey levels: \(worst)")
  }
}
