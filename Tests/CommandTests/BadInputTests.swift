import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

/// Bad input ends with one line that names the file and the remedy, the right exit code, and no output file.
struct BadInputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func put(_ bytes: Data, _ name: String) throws {
    let url = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: url)
  }

  /// Extracts a source and checks how that fails.
  private func expectFailure(
    _ source: String, _ options: [String] = [], status: Int32, naming parts: String...,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let output = path("out-\(UUID().uuidString).h5")
    let run = try Tool.run(Tool.folder.appending(path: "mvmr"), ["extract", source, "--output", output] + options)
    #expect(run.status == status, "\(run.errors)", sourceLocation: location)
    let lines = run.errors.split(separator: "\n").filter { !$0.hasPrefix("note:") }
    #expect(lines.count == 1, "one line: \(run.errors)", sourceLocation: location)
    for part in parts { #expect(run.errors.contains(part), "\(part) in: \(run.errors)", sourceLocation: location) }
    #expect(run.output.isEmpty, sourceLocation: location)
    #expect(!FileManager.default.fileExists(atPath: output), "no output is left", sourceLocation: location)
  }

  @Test func missingPaths() throws {
    try expectFailure("cifar10:\(path("no"))", status: 66, naming: path("no"))
    try expectFailure("stl10:\(path("no"))", status: 66, naming: path("no"))
    try expectFailure("folder:\(path("no"))", status: 66, naming: path("no"))
    try expectFailure("npy:\(path("no.npy"))", status: 66, naming: path("no.npy"))
  }

  @Test func aBatchCutByOneByte() throws {
    try put(Data(count: 3 * 3073 - 1), "data_batch_1.bin")
    try expectFailure("cifar10:\(folder.url.path)", status: 65, naming: "data_batch_1.bin", "3073", "download")
    try put(Data(count: 2 * 27648 - 1), "train_X.bin")
    try expectFailure("stl10:\(folder.url.path)", status: 65, naming: "train_X.bin", "27648")
  }

  @Test func aFolderWithoutImages() throws {
    try put(Data("text".utf8), "notes.txt")
    try expectFailure("folder:\(folder.url.path)", status: 66, naming: folder.url.path, "no images")
  }

  @Test func arraysOfTheWrongTypeOrRank() throws {
    let url = folder.url.appending(path: "a.npy")
    try NumPyArray.write([Int64](repeating: 0, count: 192), shape: [1, 8, 8, 3], element: .int64, to: url)
    try expectFailure("npy:\(url.path)", status: 65, naming: url.path, "astype")
    try NumPyArray.write([UInt8](repeating: 0, count: 64), shape: [64], element: .uint8, to: url)
    try expectFailure("npy:\(url.path)", status: 65, naming: url.path, "N x H x W")
  }

  @Test func unknownNames() throws {
    try expectFailure("synthetic:20", ["--representation", "hoog"], status: 64, naming: "hoog", "hog")
    try expectFailure(
      "synthetic:20", ["--representation", "hog:cells=3"], status: 64, naming: "cells", "cell_size")
    try expectFailure(
      "synthetic:20", ["--representation", "hog:orientations=0"], status: 64, naming: "orientations", "1...")
    try expectFailure("synthetic:20", ["--split", "dev"], status: 64, naming: "dev", "train")
    try expectFailure("synthetic:20", ["--jobs", "none"], status: 64, naming: "--jobs")
    try expectFailure("synthetic:20", ["--nonsense"], status: 64, naming: "--nonsense", "mvmr extract --help")
    try expectFailure("photos:x", status: 64, naming: "photos", "folder:")
  }

  @Test func theSameNameTwice() throws {
    try expectFailure(
      "synthetic:20", ["--representation", "hog", "--representation", "hog:cell_size=4"], status: 64, naming: "hog",
      "as=")
  }

  @Test func aCorruptImageStopsUnlessSkipped() throws {
    let image = try Fixture.images("images/rgb32")[0]
    for name in ["a/1.png", "a/3.png", "b/1.png"] { try put(try image.pngData(), "photos/\(name)") }
    try put(try image.pngData().prefix(500), "photos/a/2.png")
    let source = "folder:\(path("photos"))"
    let output = path("photos.h5")
    let stopped = try Tool.mvmr("extract", source, "--output", output, "--representation", "hog")
    #expect(stopped.status == 65 && stopped.errors.contains("a/2.png"), "\(stopped.errors)")
    let skipped = try Tool.mvmr("extract", source, "--output", output, "--representation", "hog", "--skip-bad-images")
    #expect(skipped.status == 0 && skipped.errors.contains("a/2.png"), "\(skipped.errors)")
    #expect(skipped.output.contains("1 images left out"), "\(skipped.output)")
    let listed = try Tool.mvmr("inspect", output)
    #expect(listed.output.contains("a/2.png"), "\(listed.output)")
  }

  @Test func floatsForARepresentationOfBytes() throws {
    let values = [Float](repeating: 0.5, count: 2 * 32 * 32 * 3)
    try NumPyArray.write(values, shape: [2, 32, 32, 3], element: .float32, to: folder.url.appending(path: "f.npy"))
    try expectFailure(
      "npy:\(path("f.npy"))", ["--representation", "hog-opencv"], status: 64, naming: "hog-opencv", "f.npy", "uint8")
  }

  @Test func aNarrowImageDoesNotAskForAHugePicture() throws {
    let image = Image(
      shape: ImageShape(height: 3000, width: 20, channels: 3),
      pixels: .uint8((0..<3000 * 20 * 3).map { UInt8(truncatingIfNeeded: $0 * 7) }))
    try image.writePNG(to: folder.url.appending(path: "narrow.png"))
    let shown = path("shown.png")
    let run = try Tool.mvmr(
      "show", path("narrow.png"), "--representation", "lbp", "--representation", "color", "--output", shown)
    #expect(run.status == 0, "\(run.errors)")
    let picture = try Image(contentsOf: URL(filePath: shown))
    #expect(picture.shape.height <= 1100 && picture.shape.width <= 10_000)
  }

  @Test func damageIsFoundBeforeArraysAreWritten() throws {
    let (made, file, arrays) = (path("f.h5"), URL(filePath: path("f.h5")), path("arrays"))
    #expect(try Tool.mvmr("extract", "synthetic:40", "--output", made, "--representation", "color").status == 0)
    var bytes = try Data(contentsOf: file)
    // Well inside the features, which are the last and by far the largest of the file.
    bytes[bytes.count - 40_000] ^= 1
    try bytes.write(to: file)
    #expect(try Tool.mvmr("verify", made).status == 65)
    let run = try Tool.mvmr("convert", made, "--output", arrays)
    #expect(run.status == 65 && run.errors.contains("f.h5") && run.errors.contains("color"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: arrays))
  }

  @Test func filesThatAreNotFeatureFiles() throws {
    for command in ["inspect", "verify", "knn", "probe"] {
      let options = command == "knn" || command == "probe" ? ["--representation", "hog"] : []
      let tool = Tool.folder.appending(path: "mvmr")
      let missing = try Tool.run(tool, [command, path("no.h5")] + options)
      #expect(missing.status == 66 && missing.errors.contains("no.h5"), "\(command): \(missing.errors)")
      try put(Data("hello".utf8), "text.h5")
      let text = try Tool.run(tool, [command, path("text.h5")] + options)
      #expect(text.status == 65 && text.errors.contains("text.h5"), "\(command): \(text.errors)")
    }
  }

  @Test func aFeatureFileCutInHalf() throws {
    let output = path("cut.h5")
    let made = try Tool.mvmr("extract", "synthetic:40", "--output", output, "--representation", "hog")
    #expect(made.status == 0, "\(made.errors)")
    let bytes = try Data(contentsOf: URL(filePath: output))
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: output))
    for arguments in [["inspect"], ["verify"], ["knn", "--representation", "hog"]] {
      let run = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments + [output])
      #expect(run.status == 65 && run.errors.contains("cut.h5"), "\(arguments): \(run.status) \(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }
}
