import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// `--report` and `--images` of `mvmr knn` and `mvmr probe`.
struct ReportCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func mvmr(_ arguments: [String]) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments)
  }

  private func succeed(_ arguments: String..., at location: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let run = try mvmr(arguments)
    try #require(run.status == 0, "\(arguments): \(run.errors)", sourceLocation: location)
    return run
  }

  private func fail(
    _ arguments: String..., status: Int32, naming part: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let run = try mvmr(arguments)
    #expect(run.status == status, "\(run.errors)", sourceLocation: location)
    #expect(run.errors.contains(part), "\(part) in: \(run.errors)", sourceLocation: location)
    #expect(run.output.isEmpty, sourceLocation: location)
  }

  private func page(_ name: String) throws -> String {
    try String(contentsOf: folder.url.appending(path: "\(name)/report.html"), encoding: .utf8)
  }

  private func occurrences(_ part: String, _ text: String) -> Int { text.components(separatedBy: part).count - 1 }

  /// Images of two classes in a folder, and features of them.
  private func extractFolder(classes: [String] = ["round", "square"]) throws {
    let images = try Fixture.images("images/rgb32")
    for split in ["train", "test"] {
      for (shift, label) in classes.enumerated() {
        let place = folder.url.appending(path: "images/\(split)/\(label)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for index in 0..<images.count {
          try images[(index + shift) % images.count].writePNG(to: place.appending(path: "\(label)\(index).png"))
        }
      }
    }
    _ = try succeed("extract", "folder:\(path("images"))", "--output", path("f.h5"), "--representation", "color")
  }

  /// A page without its pictures, whose letters may spell anything.
  private func words(_ page: String) -> String { page.replacing(/base64,[A-Za-z0-9+\/=]+/, with: "") }

  @Test func pagesHoldScoresMapAndGallery() throws {
    let file = path("s.h5")
    _ = try succeed("extract", "synthetic:200", "--output", file, "--representation", "hog")
    let knn = try succeed("knn", file, "--representation", "hog", "--k", "5,20", "--report", path("knn"), "--json")
    let results = try #require(try knn.json()["results"] as? [[String: Any]])
    let text = try page("knn")
    for result in results {
      let top1 = try #require(result["top1"] as? Double)
      #expect(text.contains(">\(String(format: "%.2f", top1 * 100))<"), "\(top1) stands on the page")
    }
    for heading in [
      "What was evaluated", "k nearest neighbours", "Classes, by k-NN with k = 20", "Confusion, by k-NN with k = 20",
      "Map of the test features", "Nearest neighbours",
    ] { #expect(occurrences("<h2>\(heading)</h2>", text) == 1, "\(heading)") }
    #expect(occurrences("class=\"p k", text) == 2 * 50, "50 test rows in two views")
    #expect(text.contains("t-SNE, perplexity 16") && text.contains("Principal components"))
    // Twelve test images with eight neighbors each.
    #expect(occurrences("src=\"data:image/png;base64,", text) == 12 * 9)
    #expect(!text.contains("<script") && !text.contains("http") && !words(text).contains("nan"))

    _ = try succeed(
      "probe", file, "--representation", "hog", "--report", path("probe"), "--images", "synthetic:200")
    #expect(try page("probe").contains("<h2>Linear probe</h2>"))
    #expect(occurrences("src=\"data:image/png;base64,", try page("probe")) == 12 * 9)

    // A page of its own kind is replaced, and says the same; another kind is not.
    _ = try succeed("knn", file, "--representation", "hog", "--k", "5,20", "--report", path("knn"), "--json")
    func lasting(_ text: String) -> Substring {
      text[(text.firstRange(of: "<h2>Map")?.lowerBound ?? text.startIndex)...]
    }
    #expect(try lasting(page("knn")) == lasting(text), "map and gallery are deterministic")
    try fail(
      "probe", file, "--representation", "hog", "--report", path("knn"), status: 64, naming: "report of another kind")
    #expect(try page("knn").contains("k nearest neighbours"))
    // Fewer images: not those of the file.
    try fail(
      "knn", file, "--representation", "hog", "--report", path("no"), "--images", "synthetic:100", status: 64,
      naming: "is another data set")
    try fail("knn", file, "--representation", "hog", "--images", "synthetic:200", status: 64, naming: "--report")
    try fail("knn", file, "--representation", "hog", "--report", file, status: 64, naming: "is a file")
    #expect(!FileManager.default.fileExists(atPath: path("no")))
  }

  @Test func imagesThatMovedAreGivenAnew() throws {
    try extractFolder()
    // Written again, the images may be others: they are shown, and the page says so.
    let later = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1e9)]
    try FileManager.default.setAttributes(later, ofItemAtPath: path("images/train/round/round0.png"))
    let touched = try succeed("knn", path("f.h5"), "--representation", "color", "--report", path("r"))
    #expect(touched.errors.contains("before these files were last written"), "\(touched.errors)")
    #expect(try page("r").contains("src=\"data:image/png;base64,"))
    try FileManager.default.moveItem(atPath: path("images"), toPath: path("moved"))
    let run = try succeed("knn", path("f.h5"), "--representation", "color", "--report", path("r"))
    #expect(run.errors.contains("the page will show no images") && run.errors.contains("--images"))
    #expect(try page("r").contains("No images are shown.") && !page("r").contains("base64"))
    _ = try succeed(
      "knn", path("f.h5"), "--representation", "color", "--report", path("r"), "--images", "folder:\(path("moved"))")
    #expect(try page("r").contains("src=\"data:image/png;base64,"))
    try fail(
      "knn", path("f.h5"), "--representation", "color", "--report", path("r"), "--images", "folder:\(path("none"))",
      status: 66, naming: path("none"))
    // The same names with other classes are another data set.
    for split in ["train", "test"] {
      for (from, to) in [("round", "a"), ("square", "round"), ("a", "square")] {
        try FileManager.default.moveItem(atPath: path("moved/\(split)/\(from)"), toPath: path("moved/\(split)/\(to)"))
      }
    }
    try fail(
      "knn", path("f.h5"), "--representation", "color", "--report", path("r"), "--images", "folder:\(path("moved"))",
      status: 64, naming: "is another data set")
  }

  @Test func oneClassHasAPage() throws {
    try extractFolder(classes: ["round"])
    _ = try succeed("knn", path("f.h5"), "--representation", "color", "--report", path("one"))
    let text = try page("one")
    #expect(text.contains(">100.00<") && text.contains("Nearest neighbours") && !words(text).contains("nan"))
  }

  @Test func aPageOfSomebodyElseIsNeverTouched() throws {
    try extractFolder()
    let url = folder.url.appending(path: "mine/report.html")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("<p>mine</p>".utf8).write(to: url)
    try fail(
      "knn", path("f.h5"), "--representation", "color", "--report", path("mine"), status: 64,
      naming: "is not a report that mvmr wrote")
    #expect(try page("mine") == "<p>mine</p>")
  }
}
