import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// The source of a feature file: recorded by every command that writes one, and found again.
@Suite(.serialized) struct SourceCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func succeed(
    _ arguments: [String], in place: String = "", at location: SourceLocation = #_sourceLocation
  ) throws -> Tool.Outcome {
    let run = try Tool.run(
      Tool.folder.appending(path: "mvmr"), arguments, in: place.isEmpty ? folder.url : URL(filePath: place))
    try #require(run.status == 0, "\(arguments): \(run.errors)", sourceLocation: location)
    return run
  }

  private func inspected(_ file: String) throws -> [String: Any] {
    try succeed(["inspect", path(file), "--json"]).json()
  }

  private func splits(_ file: [String: Any]) -> [String] {
    (file["splits"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
  }

  private static let small = ["encoder=cifar-resnet", "widths=4-6-8", "projector=16-12", "batch_size=8", "epochs=1"]
    .flatMap { ["--set", $0] }

  @Test func imagesAreFoundFromAnotherFolder() throws {
    let images = try Fixture.images("images/rgb32")
    for (index, place) in ["train/a", "train/b", "test/a", "test/b"].enumerated() {
      let url = folder.url.appending(path: "images/\(place)/\(index).png")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try images[index].writePNG(to: url)
    }
    _ = try succeed([
      "extract", "folder:images", "--size", "20x20", "--normalise", "cifar", "--representation", "std", "--output",
      "f.h5",
    ])
    let source = try #require(try inspected("f.h5")["source"] as? [String: Any])
    #expect(source["kind"] as? String == "folder" && source["place"] as? [String] == ["images"])
    #expect((source["paths"] as? [String])?.first?.hasSuffix("/images") == true)
    #expect(source["normalization"] as? String == "cifar" && source["size"] as? [String: Int] != nil)
    let words = try succeed(["inspect", "f.h5"]).output
    #expect(words.contains("\nsource: folder:images, /") && words.contains("size 20x20, cut to the center"))

    let elsewhere = FileManager.default.temporaryDirectory.path
    let run = try succeed(
      ["knn", path("f.h5"), "--representation", "std", "--k", "1", "--report", path("page")], in: elsewhere)
    #expect(!run.errors.contains("note: images"), "\(run.errors)")
    let page = try String(contentsOf: folder.url.appending(path: "page/report.html"), encoding: .utf8)
    #expect(page.contains("src=\"data:image/png;base64,"))
  }

  @Test func embeddingsTakeJoinedSplits() throws {
    _ = try succeed(["train", "synthetic:200", "--output", "run"] + Self.small)
    _ = try succeed(["embed", "run", "synthetic:200", "--split", "train+test", "--output", "joined.h5"])
    let joined = try inspected("joined.h5")
    #expect(splits(joined) == ["train+test"])
    #expect((joined["source"] as? [String: Any])?["joined_splits"] as? [String] == ["train+test"])
    _ = try succeed([
      "evaluate", "run", "synthetic:200", "--split", "train", "--split", "test", "--output", "scores", "--json",
    ])
    let embedding = try inspected("scores/embedding.h5")
    #expect(splits(embedding) == ["train", "test"])
    let software = try #require(embedding["software"] as? [String: String])
    #expect(software["opencv"] != nil && software["system"] != nil)
    #expect(software["command"]?.contains("evaluate run synthetic:200") == true)
    let wrong = try Tool.run(
      Tool.folder.appending(path: "mvmr"),
      ["embed", "run", "synthetic:200", "--split", "train+dev", "--output", "x.h5"], in: folder.url)
    #expect(wrong.status == 64 && wrong.errors.contains("dev"), "\(wrong.errors)")
  }

  /// STL-10's published folds come with the images, and name rows of the feature file by their ids.
  @Test func foldsOfSTL10ChooseTrainRows() throws {
    let place = folder.url.appending(path: "stl")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    var random = SeededGenerator(seed: 10)
    for (name, count) in [("train", 20), ("test", 10)] {
      let pixels = (0..<count * 27_648).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      try Data(pixels).write(to: place.appending(path: "\(name)_X.bin"))
      try Data((0..<count).map { UInt8($0 % 2 + 1) }).write(to: place.appending(path: "\(name)_y.bin"))
    }
    let folds = (0..<10).map { fold in (0..<10).map { "\(fold % 2 * 10 + $0)" }.joined(separator: " ") }
    let file = place.appending(path: "fold_indices.txt")
    try folds.joined(separator: "\n").write(to: file, atomically: false, encoding: .utf8)
    _ = try succeed(["extract", "stl10:stl", "--representation", "color:bins=2", "--output", "f.h5"])
    let knn = ["knn", path("f.h5"), "--representation", "color", "--k", "1", "--json"]
    let second = try succeed(knn + ["--fold", "2"], in: FileManager.default.temporaryDirectory.path)
    #expect(second.errors.contains("note: 10 of 20 train rows keep their labels"), "\(second.errors)")
    // The same rows, listed.
    try (10..<20).map { "\($0)\n" }.joined().write(
      to: folder.url.appending(path: "rows.txt"), atomically: false, encoding: .utf8)
    let listed = try succeed(knn + ["--label-list", path("rows.txt")])
    let results = try [second, listed].map { try $0.json()["results"] as? [NSDictionary] }
    #expect(results[0] != nil && results[0] == results[1])
    let tool = Tool.folder.appending(path: "mvmr")
    let compared = try succeed(["compare", path("f.h5"), "--fold", "2", "--json"])
    let rows = (try compared.json()["results"] as? [[String: Any]])?.first?["train_rows"] as? Int
    #expect(rows == 10 && compared.output.contains(#""fold":2"#), "\(compared.output)")
    let wrong = try Tool.run(tool, knn + ["--fold", "11"])
    #expect(wrong.status == 64 && wrong.errors.contains("--fold 11"), "\(wrong.errors)")
    let both = try Tool.run(tool, knn + ["--fold", "1", "--label-fraction", "0.5"])
    #expect(both.status == 64 && both.errors.contains("--label-fraction"), "\(both.errors)")
    try FileManager.default.removeItem(at: file)
    let gone = try Tool.run(tool, knn + ["--fold", "1"])
    #expect(gone.status == 66 && gone.errors.contains("fold_indices.txt"), "\(gone.errors)")
  }
}
