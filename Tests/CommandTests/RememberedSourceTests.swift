import Foundation
import MVCore
import MVFiles
import MVImaging
import MVStore
import TestSupport
import Testing

/// What a user need not say twice: sizes, sources and bad images, from extract to evaluate.
struct RememberedSourceTests {
  private let folder: TemporaryFolder
  private let settings = ["encoder=cifar-resnet", "threads=1", "projector=16-16", "batch_size=4", "epochs=1"]
    .flatMap { ["--set", $0] }

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// Images of two classes, which differ in color, in a training and a test folder.
  private func makeImages(size: Int = 24, train: Int = 12, test: Int = 6) throws {
    for (split, count) in [("Train", train), ("Test", test)] {
      for (place, label) in ["a", "b"].enumerated() {
        let url = folder.url.appending(path: "d/\(split)/\(label)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for index in 0..<count {
          var generator = SeededGenerator(seed: 5, keys: UInt64(place), UInt64(index), UInt64(count))
          let pixels = (0..<size * size * 3).map { _ in
            UInt8(60 + 110 * place) &+ UInt8.random(in: 0..<60, using: &generator)
          }
          let image = Image(shape: ImageShape(height: size, width: size, channels: 3), pixels: .uint8(pixels))
          try image.writePNG(to: url.appending(path: "\(index).png"))
        }
      }
    }
  }

  private func mvmr(_ arguments: [String]) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
  }

  @Test func theSizeAndTheSourceAreSaidOnce() throws {
    try makeImages()
    let extract = try mvmr(
      ["extract", "folder:d", "--size", "16x16", "--representation", "hog", "--output", "f.h5"])
    #expect(extract.status == 0 && extract.errors.contains("Train as train, Test as test"), "\(extract.errors)")
    let train = try mvmr(["train", "--features", "f.h5", "--output", "run"] + settings)
    #expect(train.status == 0 && train.errors.contains("images of folder:"), "\(train.errors)")
    let said = try mvmr(["train", "folder:d", "--features", "f.h5", "--output", "run2"] + settings)
    #expect(said.status == 0 && said.errors.contains("the size 16x16 as in f.h5"), "\(said.errors)")
    let embed = try mvmr(["embed", "run", "folder:d", "--output", "e.h5"])
    #expect(embed.status == 0 && embed.errors.contains("images are brought to 16x16"), "\(embed.errors)")
    let recorded = try FeatureFile(reading: folder.url.appending(path: "e.h5")).description.source?.json ?? ""
    #expect(recorded.contains(#""size":{"height":16,"width":16}"#), "\(recorded)")
    let other = try mvmr(["embed", "run", "folder:d", "--size", "20x20", "--output", "e20.h5"])
    #expect(other.status == 0 && other.errors.contains("trained on images of 16x16, these are brought to 20x20"))
    let evaluate = try mvmr(["evaluate", "run", "--output", "ev", "--json"])
    #expect(evaluate.status == 0 && evaluate.errors.contains("which the network was trained on"), "\(evaluate.errors)")
    let nothing = try mvmr(["train", "--output", "run3"])
    #expect(nothing.status == 64 && nothing.errors.contains("SOURCE"))
  }

  /// Features of other pixels than the network sees may be meant, and are said in one line.
  @Test(
    arguments: [
      ("f.h5", "", nil), ("f.h5", "--size 16x16", nil), ("f.h5", "--size 16x16 --resize 16", nil),
      ("f.h5", "--resize 20", "16x16 of 20, f.h5 was made of images of 16x16; REMEDY leave --resize out"),
      (
        "f.h5", "--size 16x16 --resize 20",
        "16x16 of 20, f.h5 was made of images of 16x16; REMEDY leave --size, --resize out"
      ), ("f.h5", "--size 20x20", "20x20, f.h5 was made of images of 16x16; REMEDY leave --size out"),
      ("f.h5", "--stretch", "16x16 stretched, f.h5 was made of images of 16x16; REMEDY leave --stretch out"),
      (
        "f.h5", "--interpolation bicubic",
        "16x16, bicubic, f.h5 was made of images of 16x16; REMEDY leave --interpolation out"
      ), ("own.h5", "", nil), ("own.h5", "--size 24x24", nil), ("own.h5", "--size 24x24 --interpolation bicubic", nil),
      (
        "own.h5", "--size 24x24 --resize 30",
        "24x24 of 30, own.h5 was made of images of 24x24; REMEDY leave --size, --resize out"
      ), ("own.h5", "--size 16x16", "16x16, own.h5 was made of images of 24x24; REMEDY leave --size out"),
      ("rest.h5", "", nil),
      ("rest.h5", "--resize 24", "16x16 of 24, rest.h5 was made of images of 16x16 of 20; REMEDY leave --resize out"),
    ] as [(String, String, String?)])
  func otherFramesThanThoseOfTheFeaturesAreSaid(_ file: String, _ options: String, _ words: String?) throws {
    try makeImages(train: 4, test: 2)
    let framing = ["f.h5": "--size 16x16", "own.h5": "", "rest.h5": "--size 16x16 --resize 20"][file] ?? ""
    func split(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
    let extract = try mvmr(["extract", "folder:d", "--representation", "hog", "--output", file] + split(framing))
    try #require(extract.status == 0, "\(extract.errors)")
    // A sweep says it of all its runs, as training does.
    for command in ["sweep folder:d --dry-run --output s", "train folder:d --output run"] {
      let run = try mvmr(split(command) + ["--features", file] + settings + split(options))
      #expect(run.status == 0, "\(run.errors)")
      let said = run.errors.split(separator: "\n").filter { $0.contains("the network sees images of") }
      let wanted = words.map { words in
        let remedy = words.replacing("REMEDY", with: "where both are to be the same,")
        return "note: the network sees images of \(remedy), or make the file again of such images"
      }
      #expect(said.map(String.init) == (wanted.map { [$0] } ?? []), "\(command) \(options): \(run.errors)")
    }
  }

  @Test func otherDecodingThanThatOfTheFeaturesIsSaid() throws {
    try makeImages(train: 4, test: 2)
    let extract = try mvmr(["extract", "folder:d", "--representation", "hog", "--output", "f.h5"])
    try #require(extract.status == 0, "\(extract.errors)")
    let sweep = ["sweep", "folder:d", "--dry-run", "--output", "s", "--features", "f.h5"] + settings
    let turned = try mvmr(sweep + ["--exif"])
    #expect(
      turned.errors.contains(
        "note: f.h5 was made of images decoded otherwise: as by Pillow, here turned by EXIF; where both are to be the "
          + "same, leave --exif out, or make the file again of such images\n"), "\(turned.errors)")
    #expect(try !mvmr(sweep).errors.contains("decoded otherwise"))
  }

  @Test func imagesThatExtractLeftOutAreLeftOutEverywhere() throws {
    try makeImages()
    for file in ["d/Train/a/3.png", "d/Test/b/2.png"] {
      let url = folder.url.appending(path: file)
      try Data(contentsOf: url).prefix(60).write(to: url)
    }
    try Data().write(to: folder.url.appending(path: "d/Test/b/4.png"))
    let extract = try mvmr(
      ["extract", "folder:d", "--representation", "hog", "--output", "f.h5", "--skip-bad-images"])
    #expect(extract.status == 0 && extract.output.contains("3 images left out"), "\(extract.errors)")
    let train = try mvmr(["train", "folder:d", "--features", "f.h5", "--output", "run"] + settings)
    #expect(train.status == 0 && train.errors.contains("1 of 24 images left out"), "\(train.errors)")
    let refused = try mvmr(["embed", "run", "folder:d", "--output", "e.h5"])
    #expect(refused.status == 65 && refused.errors.contains("3.png"))
    let embed = try mvmr(["embed", "run", "folder:d", "--output", "e.h5", "--skip-bad-images"])
    #expect(embed.status == 0 && embed.output.contains("3 images left out"), "\(embed.errors)")
    let file = try FeatureFile(reading: folder.url.appending(path: "e.h5"))
    #expect(try file["train"].skipped == [5] && file["test"].skipped == [8, 10])
    #expect(try mvmr(["verify", "e.h5"]).status == 0)
    let knn = try mvmr(["knn", "e.h5", "--representation", "embedding", "--k", "1"])
    #expect(knn.status == 0 && knn.errors.contains("2 rows of test left out"), "\(knn.errors)")
    let evaluate = try mvmr(["evaluate", "run", "folder:d", "--output", "ev", "--skip-bad-images"])
    #expect(evaluate.status == 0 && evaluate.errors.contains("Test/b/2.png"), "\(evaluate.errors)")
  }

  /// The row of the split, not its place in a batch, and the id.
  @Test func pixelsOutOfRangeAreNamedAndLeftOut() throws {
    var generator = SeededGenerator(seed: 1)
    var pixels = (0..<600 * 8 * 8 * 3).map { _ in Float.random(in: 0...1, using: &generator) }
    pixels[431 * 192 + 7] = 1.0001
    try NumPyArray.write(
      pixels, shape: [600, 8, 8, 3], element: .float32, to: folder.url.appending(path: "late.npy"))
    let arguments = [
      "extract", "npy:late.npy", "--representation", "color:bins=2", "--representation", "hog:cell_size=4", "--output",
      "o.h5",
    ]
    let refused = try mvmr(arguments)
    #expect(refused.status == 65 && refused.errors.contains("row 431 (late.npy#431)"), "\(refused.errors)")
    try FileManager.default.removeItem(at: folder.url.appending(path: "o.h5"))
    let skipped = try mvmr(arguments + ["--skip-bad-images"])
    #expect(skipped.status == 0 && skipped.errors.contains("left out: late.npy#431"), "\(skipped.errors)")
    #expect(try FeatureFile(reading: folder.url.appending(path: "o.h5"))["all"].skipped == [431])
    #expect(try mvmr(["verify", "o.h5"]).status == 0)
    let train = try mvmr(["train", "npy:late.npy", "--output", "run"] + settings)
    #expect(train.status == 65 && train.errors.contains("431 (late.npy#431)"), "\(train.errors)")
  }

  @Test func aLimitIsSaidAndTrainedOn() throws {
    try makeImages()
    let extract = try mvmr(["extract", "folder:d", "--limit", "8", "--representation", "hog", "--output", "f.h5"])
    #expect(extract.errors.contains("train: 8 of 24 images, drawn by a fixed seed spread over 2 classes"))
    let file = try FeatureFile(reading: folder.url.appending(path: "f.h5"))
    #expect(try file["train"].labels == .single([0, 0, 0, 0, 1, 1, 1, 1]))
    let train = try mvmr(["train", "folder:d", "--features", "f.h5", "--output", "run"] + settings)
    #expect(train.status == 0 && train.errors.contains("the limit of 8 images as in f.h5"), "\(train.errors)")
  }

  @Test func layoutsAreAskedForByOption() throws {
    try makeImages(train: 2, test: 1)
    let flat = try mvmr(["datasets", "info", "folder:d", "--layout", "flat", "--json"])
    #expect((try flat.json()["classes"] as? [String])?.isEmpty == true)
    let extract = try mvmr(
      ["extract", "folder:train=d/Train,test=d/Test", "--representation", "hog", "--output", "f.h5"])
    #expect(extract.status == 0, "\(extract.errors)")
    let description = try FeatureFile(reading: folder.url.appending(path: "f.h5")).description
    #expect(description.source?.json.contains(#""split_names":["train","test"]"#) == true)
    let wrong = try mvmr(["datasets", "info", "synthetic", "--layout", "flat"])
    #expect(wrong.status == 64 && wrong.errors.contains("--layout") == false && wrong.errors.contains("layout flat"))
  }
}
