import Foundation
import TestSupport
import Testing

/// Another package depends on this one by version and on one product alone: what people who reuse a step do.
struct DownstreamPackageTests {
  @Test(.timeLimit(.minutes(15)))
  func buildsAgainstOneProductByVersion() throws {
    let folder = try TemporaryFolder()
    let copy = folder.url.appending(path: "mvmr")
    try git("clone", "-q", "--no-hardlinks", Fixture.root.path, copy.path, in: folder.url)
    // What is tested is the working tree, committed or not.
    let changed = try output(of: "git", ["ls-files", "-z", "-m", "-o", "-d", "--exclude-standard"], in: Fixture.root)
    for path in Set(changed.split(separator: "\0").map(String.init)) {
      let from = Fixture.root.appending(path: path)
      let to = copy.appending(path: path)
      try? FileManager.default.removeItem(at: to)
      guard FileManager.default.fileExists(atPath: from.path) else { continue }
      try FileManager.default.createDirectory(at: to.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: from, to: to)
    }
    try git("add", "-A", in: copy)
    try git(
      "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-q", "--allow-empty", "-m", "test", in: copy
    )
    try git("tag", "-f", "9.1.0", in: copy)

    let user = folder.url.appending(path: "user")
    let sources = user.appending(path: "Sources/user")
    try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    try Data(
      """
      // swift-tools-version: 6.2
      import PackageDescription
      let package = Package(
        name: "user",
        dependencies: [.package(url: "file://\(copy.path)", from: "9.0.0")],
        targets: [.executableTarget(name: "user", dependencies: [.product(name: "MVRepresentations", package: "mvmr"), .product(name: "MVCore", package: "mvmr")])])
      """.utf8
    ).write(to: user.appending(path: "Package.swift"))
    try Data(
      """
      import MVCore
      import MVRepresentations
      let pixels = (0..<32 * 32 * 3).map { UInt8($0 % 251) }
      let image = Image(shape: ImageShape(height: 32, width: 32, channels: 3), pixels: .uint8(pixels))
      let hog = try HOG().features(of: image)
      print(hog.layout.shape, hog.values.reduce(0, +) > 0)
      """.utf8
    ).write(to: sources.appending(path: "main.swift"))
    let run = try Tool.run(
      URL(filePath: "/usr/bin/env"),
      ["swift", "run", "-q", "--cache-path", folder.url.appending(path: "cache").path, "user"], in: user)
    #expect(run.status == 0, "\(run.errors)\(run.output)")
    #expect(run.output.hasSuffix("[3, 3, 2, 2, 9] true\n"), "\(run.output)")
  }

  private func git(_ arguments: String..., in directory: URL) throws {
    _ = try output(of: "git", arguments, in: directory)
  }

  private func output(of program: String, _ arguments: [String], in directory: URL) throws -> String {
    let run = try Tool.run(URL(filePath: "/usr/bin/env"), [program] + arguments, in: directory)
    try #require(run.status == 0, "\(program) \(arguments): \(run.errors)")
    return run.output
  }
}
