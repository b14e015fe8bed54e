import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// A data set that a test writes into a folder of its own.
struct LayoutFolder {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var url: URL { folder.url }

  /// Writes bytes at a path below the folder.
  func put(_ bytes: Data, _ path: String) throws {
    let url = folder.url.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: url)
  }

  /// Writes a text.
  func put(_ text: String, _ path: String) throws { try put(Data(text.utf8), path) }

  /// Writes a PNG, whatever the name says, of one color.
  func put(color: (UInt8, UInt8, UInt8), height: Int = 8, width: Int = 8, _ path: String) throws {
    let pixels = (0..<height * width).flatMap { _ in [color.0, color.1, color.2] }
    let image = Image(shape: ImageShape(height: height, width: width, channels: 3), pixels: .uint8(pixels))
    try put(try image.pngData(), path)
  }

  /// Makes a symbolic link.
  func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.url.appending(path: path).path, withDestinationPath: target)
  }

  /// Writes a PNG at a path of any bytes, in a folder that is there or one that is made.
  func put(raw path: [UInt8]) throws {
    try put(color: (7, 8, 9), "png")
    let root = Array(url.path.utf8) + [0x2F]
    let whole = (root + path).map { CChar(bitPattern: $0) } + [0]
    if let slash = path.lastIndex(of: 0x2F) {
      _ = mkdir((root + path[..<slash]).map { CChar(bitPattern: $0) } + [0], 0o777)
    }
    try #require(rename(url.appending(path: "png").path, whole) == 0)
  }

  /// Packs paths below the folder into an archive beside them, with the machine's own `tar`.
  func pack(_ paths: String..., into name: String) throws -> URL { try pack(paths, into: name) }

  /// The same of a list, options of `tar` before the paths.
  func pack(_ words: [String], into name: String) throws -> URL {
    let archive = folder.url.appending(path: name)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["tar", "-C", folder.url.path, "-a", "-cf", archive.path] + words
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return archive
  }
}
