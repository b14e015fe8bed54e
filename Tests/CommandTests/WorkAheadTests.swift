import Foundation
import MVCore
import MVFiles
import MVImaging
import MVStore
import TestSupport
import Testing

/// What is known before the first image is decoded: sizes, room, orientation, and images that were bad before.
struct WorkAheadTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func mvmr(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.url.appending(path: name).path)
  }

  private func put(_ name: String, height: Int = 24, width: Int = 24, seed: UInt64 = 1) throws {
    let url = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    var generator = SeededGenerator(seed: seed)
    let pixels = (0..<height * width * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try Image(shape: ImageShape(height: height, width: width, channels: 3), pixels: .uint8(pixels)).writePNG(to: url)
  }

  @Test func sizesThatDifferAreRefusedBeforeTheWork() throws {
    try put("d/a/1.png")
    for index in 2...5 { try put("d/b/\(index).png", height: 20 + index, width: 30) }
    let refused = try mvmr("extract", "folder:d", "--representation", "hog", "--output", "f.h5")
    #expect(refused.status == 65)
    #expect(refused.errors.contains("a/1.png is 24x24, b/2.png is 22x30; give --size HxW"), "\(refused.errors)")
    #expect(!exists("f.h5") && !exists(".f.h5.creating"))
    let skipping = try mvmr(
      "extract", "folder:d", "--representation", "hog", "--output", "f.h5", "--skip-bad-images")
    #expect(skipping.status == 65 && skipping.errors.contains("give --size HxW") && !exists("f.h5"))
    let sized = try mvmr("extract", "folder:d", "--representation", "hog", "--output", "f.h5", "--size", "16x16")
    #expect(sized.status == 0, "\(sized.errors)")
    let train = try mvmr("train", "folder:d", "--split", "all", "--output", "run")
    #expect(train.status == 65 && train.errors.contains("b/2.png is 22x30; give --size HxW"), "\(train.errors)")
  }

  /// One that is not as the others is bad like one that cannot be read.
  @Test func fewOfAnotherSizeMayBeLeftOut() throws {
    for index in 1...6 { try put("d/a/\(index).png", height: index == 4 ? 30 : 24) }
    let run = try mvmr("extract", "folder:d", "--representation", "hog", "--output", "f.h5", "--skip-bad-images")
    #expect(run.status == 0 && run.output.contains("1 images left out"), "\(run.errors)")
    #expect(try FeatureFile(reading: folder.url.appending(path: "f.h5"))["all"].skipped == [3])
  }

  @Test func whatIsAskedForOtherwiseIsNamedByItsOption() throws {
    for index in 1...4 { try put("d/a/\(index).png", seed: UInt64(index)) }
    let base = ["extract", "folder:d", "--representation", "std", "--output", "f.h5"]
    func run(_ more: String...) throws -> Tool.Outcome {
      try Tool.run(Tool.folder.appending(path: "mvmr"), base + more, in: folder.url)
    }
    #expect(try run().status == 0)
    for (words, problem) in [
      (["--exif"], "was made without --exif, this run is with --exif"),
      (["--size", "16x16"], "was made without --size, this run is with --size 16x16"),
      (["--limit", "2"], "was made without --limit, this run is with --limit 2"),
      (["--normalize", "cifar"], "was made without --normalize, this run is with --normalize cifar"),
    ] {
      let refused = try Tool.run(Tool.folder.appending(path: "mvmr"), base + words, in: folder.url)
      #expect(refused.status == 64 && refused.errors.contains(problem), "\(refused.errors)")
      #expect(refused.errors.contains("--overwrite") && !refused.errors.contains("fingerprint"))
    }
    #expect(try run("--exif", "--overwrite").status == 0)
    let without = try run()
    #expect(without.errors.contains("was made with --exif, this run is without it"), "\(without.errors)")
  }

  @Test func orientationThatIsNotHonoredIsCounted() throws {
    for index in 1...3 { try put("d/a/\(index).png") }
    for index in 1...2 {
      // A chunk of EXIF between header and pixels, which says that the image lies on its side.
      let url = folder.url.appending(path: "d/a/\(index).png")
      let entry: [UInt8] = [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
      let exif: [UInt8] = Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0] + entry + [0, 0, 0, 0]
      var bytes = [UInt8](try Data(contentsOf: url))
      let chunk = Array("eXIf".utf8) + exif
      let length = withUnsafeBytes(of: UInt32(exif.count).bigEndian) { Array($0) }
      bytes.insert(contentsOf: length + chunk + withUnsafeBytes(of: crc(chunk).bigEndian) { Array($0) }, at: 33)
      try Data(bytes).write(to: url)
    }
    let run = try mvmr("extract", "folder:d", "--representation", "hog", "--output", "f.h5")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors.contains("note: 2 images have an EXIF orientation, which is not honored: --exif"), "\(run.errors)")
    // Where images are brought to a size as well.
    let sized = try mvmr("extract", "folder:d", "--size", "24x32", "--representation", "hog", "--output", "s.h5")
    #expect(sized.errors.contains("note: 2 images have an EXIF orientation, which is not honored"), "\(sized.errors)")
    let upright = try mvmr("extract", "folder:d", "--exif", "--representation", "hog", "--output", "u.h5")
    #expect(upright.status == 0 && !upright.errors.contains("EXIF orientation"), "\(upright.errors)")
  }

  /// The sum that ends a chunk of a PNG.
  private func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }

  @Test func badImagesNameTheirRemedy() throws {
    for index in 0..<600 { try put("d/\(index % 2 == 0 ? "a" : "b")/\(1000 + index).png", seed: UInt64(index)) }
    let bad = folder.url.appending(path: "d/a/1004.png")
    try Data(contentsOf: bad).prefix(60).write(to: bad)
    for command in [
      ["extract", "folder:d", "--representation", "hog", "--output", "f.h5"],
      ["compare", "folder:d", "--representation", "hog"],
    ] {
      let run = try Tool.run(Tool.folder.appending(path: "mvmr"), command, in: folder.url)
      #expect(run.status == 65 && run.errors.contains("a/1004.png"), "\(run.errors)")
      #expect(run.errors.contains("or give --skip-bad-images to leave out such images"), "\(run.errors)")
    }
    let url = folder.url.appending(path: "f.h5")
    let skipping = try mvmr(
      "extract", "folder:d", "--representation", "hog", "--output", "f.h5", "--skip-bad-images", "--overwrite")
    #expect(skipping.status == 0, "\(skipping.errors)")
    let again = try mvmr("extract", "folder:d", "--representation", "hog", "--output", "f.h5")
    #expect(again.status == 0 && again.errors.contains("1 image stays left out, which an earlier run"))
    #expect(try FeatureFile(reading: url)["all"].skipped == [2])
  }
}
