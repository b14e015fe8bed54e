import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

/// Compares every photograph of a real set, decoded and resized here and by Pillow.
///
/// It runs where `MVMR_PEERS` names a Python with Pillow.
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
    var worst: [String: Int] = [:]
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    for name in names {
      let image = try Image(contentsOf: folder.appending(path: name))
      func compare(_ image: Image, _ kind: String) throws {
        let difference = try largest(image, scratch.url.appending(path: "\(name).\(kind).npy"))
        #expect(difference == 0, "\(name): \(kind)")
        worst[kind] = max(worst[kind] ?? 0, difference)
      }
      try compare(image, "decoded")
      for kernel in Resampling.allCases {
        try compare(try image.covering(ImageSize(height: 224, width: 224), kernel), "covering.\(kernel.rawValue)")
        // The published protocol: the shorter side 256, the longer rounded down, then the middle.
        let shape = image.shape
        let shorter = min(shape.height, shape.width)
        let scaled = ImageSize(height: 256 * shape.height / shorter, width: 256 * shape.width / shorter)
        let cut = try image.resized(to: scaled, kernel).centerCropped(to: ImageSize(height: 224, width: 224))
        try compare(cut, "published.\(kernel.rawValue)")
        for (height, width) in [(96, 64), (33, 201), (301, 97), (500, 500)] {
          let resized = try image.resized(to: ImageSize(height: height, width: width), kernel)
          try compare(resized, "\(height)x\(width).\(kernel.rawValue)")
        }
      }
    }
    print("\(names.count) photographs, largest difference in grey levels:")
    for (kind, difference) in worst.sorted(by: { $0.key < $1.key }) { print("  \(kind): \(difference)") }
  }
}
