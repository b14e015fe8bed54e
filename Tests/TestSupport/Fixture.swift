public import Foundation
public import MVCore
public import MVFiles

/// The golden values of `Fixtures/`, written by the peers' own code.
public enum Fixture {
  /// The repository's root.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The file `Fixtures/<path>`.
  public static func url(_ path: String) -> URL { root.appending(path: "Fixtures/\(path)") }

  /// The array `Fixtures/<path>.npy`.
  public static func array(_ path: String) throws -> NumPyArray { try NumPyArray(contentsOf: url("\(path).npy")) }

  /// The values of a float32 array `Fixtures/<path>.npy`.
  public static func floats(_ path: String) throws -> [Float] { try array(path).values(as: Float.self) }

  /// The images of `Fixtures/<path>.npy`, uint8 or float32, N x H x W x 3 or N x H x W.
  public static func images(_ path: String) throws -> ImageBatch {
    let array = try array(path)
    let channels = array.shape.count == 4 ? array.shape[3] : 1
    let shape = ImageShape(height: array.shape[1], width: array.shape[2], channels: channels)
    let pixels: Pixels =
      array.element == .uint8
      ? .uint8(try array.values(as: UInt8.self)) : .float32(try array.values(as: Float.self))
    return ImageBatch(count: array.shape[0], shape: shape, pixels: pixels)
  }
}

/// Real images, where the machine has them: tests that use them say so when they skip.
public enum RealData {
  /// The folder of real data, beside the repository; `MVMR_REAL_DATA` names another.
  public static let folder =
    ProcessInfo.processInfo.environment["MVMR_REAL_DATA"].map { URL(filePath: $0) }
    ?? Fixture.root.deletingLastPathComponent().appending(path: "shared/data")

  /// `<folder>/<path>`, or nil where it is not there.
  public static func url(_ path: String) -> URL? {
    let url = folder.appending(path: path)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}

/// A folder that is deleted with this value.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let url: URL

  /// Creates an empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "mvmr-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
}

/// The largest absolute difference of two arrays; infinite where their lengths differ or a value is NaN.
public func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}
