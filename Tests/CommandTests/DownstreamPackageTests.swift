import Foundation
import MVStore
import TestSupport
import Testing

/// Another package depends on this one by version, on one product alone or with a representation of its own.
struct DownstreamPackageTests {
  @Test(.timeLimit(.minutes(15)))
  func buildsAgainstThePackageByVersion() throws {
    let folder = try TemporaryFolder()
    let copy = folder.url.appending(path: "mvmr")
    try git("clone", "-q", "--no-hardlinks", Fixture.root.path, copy.path, in: folder.url)
    // What is tested is the working tree, committed or not.
    let changed = try output(
      of: "git", ["ls-files", "-z", "-m", "-o", "-d", "--exclude-standard"], in: Fixture.root)
    for path in Set(changed.split(separator: "\0").map(String.init)) {
      let from = Fixture.root.appending(path: path)
      let to = copy.appending(path: path)
      try? FileManager.default.removeItem(at: to)
      guard FileManager.default.fileExists(atPath: from.path) else { continue }
      try FileManager.default.createDirectory(
        at: to.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: from, to: to)
    }
    try git("add", "-A", in: copy)
    try git(
      "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-q", "--allow-empty",
      "-m", "test", in: copy
    )
    try git("tag", "-f", "9.1.0", in: copy)

    let user = folder.url.appending(path: "user")
    try write("Package.swift", in: user, Self.manifest(copy))
    try write("Sources/user/main.swift", in: user, Self.oneProduct)
    // The program that the documentation shows for a representation of one's own.
    let snippet = try String(
      contentsOf: Fixture.root.appending(path: "Snippets/own-representation.swift"), encoding: .utf8
    )
    try write("Sources/gabor/main.swift", in: user, snippet)

    let cache = ["-q", "--cache-path", folder.url.appending(path: "cache").path]
    let one = try Tool.run(
      URL(filePath: "/usr/bin/env"), ["swift", "run"] + cache + ["user"], in: user)
    #expect(one.status == 0, "\(one.errors)\(one.output)")
    #expect(one.output.hasSuffix("[3, 3, 2, 2, 9] true\n"), "\(one.output)")

    let own = try Tool.run(
      URL(filePath: "/usr/bin/env"), ["swift", "run"] + cache + ["gabor", folder.url.path], in: user
    )
    #expect(own.status == 0, "\(own.errors)\(own.output)")
    #expect(
      own.output.contains("[3, 4] [\"scales: 1...5\", \"orientations: 1...16\"]"), "\(own.output)")
    #expect(own.output.contains("gabor keeps every promise"), "\(own.output)")
    let stored = try FeatureFile(reading: folder.url.appending(path: "gabor.h5"))
    #expect(stored.representations.map(\.name) == ["hog", "gabor", "gabor1"])
    #expect(stored.representations.map(\.shape) == [[3, 3, 2, 2, 9], [2, 4], [1, 4]])
  }

  /// A package of two programs: one that uses one product, one that brings a representation of its own.
  private static func manifest(_ dependency: URL) -> String {
    func products(_ names: String...) -> String {
      names.map { ".product(name: \"\($0)\", package: \"mvmr\")" }.joined(separator: ", ")
    }
    return """
      // swift-tools-version: 6.2
      import PackageDescription
      let package = Package(
        name: "user",
        dependencies: [.package(url: "file://\(dependency.path)", from: "9.0.0")],
        targets: [
          .executableTarget(name: "user", dependencies: [\(products("MVRepresentations", "MVCore"))]),
          .executableTarget(
            name: "gabor",
            dependencies: [
              \(products(
                "MVCore", "MVDatasets", "MVExtraction", "MVImaging", "MVRepresentations", "MVRepresentationChecks", "MVStore",
                "MVYAML"))
            ]),
        ])
      """
  }

  private static let oneProduct = """
    import MVCore
    import MVRepresentations
    let pixels = (0..<32 * 32 * 3).map { UInt8($0 % 251) }
    let image = Image(shape: ImageShape(height: 32, width: 32, channels: 3), pixels: .uint8(pixels))
    let hog = try HOG().features(of: image)
    print(hog.layout.shape, hog.values.reduce(0, +) > 0)
    """

  private func write(_ path: String, in folder: URL, _ text: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
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
