import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

/// `mvmr compare`, and what `mvmr knn` and `mvmr probe` share with it.
struct CompareCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  private func mvmr(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
  }

  private func succeed(_ arguments: String..., at location: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let run = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
    try #require(run.status == 0, "\(arguments): \(run.errors)", sourceLocation: location)
    return run
  }

  private func extract(_ name: String = "f.h5", splits: [String] = ["train", "test"]) throws {
    let run = try Tool.run(
      Tool.folder.appending(path: "mvmr"),
      ["extract", "synthetic:120", "--output", name, "--representation", "hog", "--representation", "color"]
        + splits.flatMap { ["--split", $0] }, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
  }

  @Test func oneTableOfAllRepresentations() throws {
    try extract()
    let run = try succeed(
      "compare", "f.h5", "--joined", "--csv", "t.csv", "--markdown", "t.md", "--latex", "t.tex", "--report", "page")
    let lines = run.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("features") && lines.count == 5)
    // The best come first, in every form.
    let order = lines[1...3].map { $0.prefix { $0 != " " } }
    #expect(try text("t.csv").split(separator: "\n").dropFirst().map { $0.prefix { $0 != " " && $0 != "," } } == order)
    for name in ["hog", "color", "all joined"] {
      #expect(lines.contains { $0.hasPrefix(name) }, "\(name) in \(run.output)")
      for file in ["t.csv", "t.md", "t.tex", "page/report.html", "page/comparison.svg"] {
        #expect(try text(file).contains(name), "\(name) in \(file)")
      }
    }
    #expect(run.output.contains("best") && run.errors.contains("--folds 5"))
    let page = try text("page/report.html")
    #expect(page.contains("mvmr compare f.h5 --joined") && page.contains("class=\"interval\"") && !page.contains("nan"))
    #expect(page.contains("temperature=0.07") && !page.contains(folder.url.path))
    let again = try succeed("compare", "f.h5", "--joined", "--csv", "again.csv")
    #expect(try again.output == run.output && text("again.csv") == text("t.csv"))
  }

  /// The numbers are those of the commands that score one representation.
  @Test(arguments: [nil, "3"]) func numbersAreThoseOfKNNAndProbe(_ folds: String?) throws {
    try extract()
    let options = folds.map { ["--folds", $0] } ?? []
    func json(_ words: [String]) throws -> [String: Any] {
      let run = try Tool.run(
        Tool.folder.appending(path: "mvmr"), words + ["--json", "--seed", "2"] + options, in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
      return try run.json()
    }
    let compared = try json(["compare", "f.h5"])
    #expect(compared["files"] as? [String] == ["f.h5"] && compared["version"] as? String != nil)
    #expect(compared["division"] as? String == (folds.map { "\($0) folds" } ?? "test split"))
    let results = try #require(compared["results"] as? [[String: Any]])
    let byName = Dictionary(uniqueKeysWithValues: results.map { ($0["name"] as? String ?? "", $0) })
    #expect(Set(byName.keys) == ["hog", "color"])
    for (command, key) in [(["knn", "f.h5", "--each", "--k", "20"], "knn"), (["probe", "f.h5", "--each"], "probe")] {
      let each = try #require(try json(command)["each"] as? [[String: Any]])
      for (place, object) in each.enumerated() {
        #expect(object["representations"] as? [String] == [place == 0 ? "hog" : "color"])
        for key in ["files", "train_split", "test_split", "division", "settings", "seed", "version"] {
          #expect(object[key] != nil, "\(command) has \(key)")
        }
        let own = (object["results"] as? [[String: Any]])?[0] ?? object
        let score = try #require(byName[place == 0 ? "hog" : "color"]?[key] as? [String: Any])
        #expect(score["top1"] as? Double == own["top1"] as? Double, "\(key) of \(place)")
        #expect(score["interval"] as? [Double] == own["interval"] as? [Double])
      }
    }
  }

  @Test func withoutATestSplitRowsAreDivided() throws {
    try extract(splits: ["train"])
    let run = try succeed("compare", "f.h5", "--json")
    #expect(run.errors.contains("each row of train is scored by the other folds of 5"))
    let results = try #require(try run.json()["results"] as? [[String: Any]])
    #expect(results.allSatisfy { $0["folds"] as? Int == 5 && $0["test_rows"] as? Int == 120 })
    #expect(results.allSatisfy { $0["train_rows"] as? Int == 96 && $0["k"] as? Int == 20 })
  }

  @Test func foldersOfEvaluationsAreRows() throws {
    try extract()
    try FileManager.default.createDirectory(atPath: path("evaluation"), withIntermediateDirectories: true)
    let made = try mvmr("extract", "synthetic:120", "--output", "evaluation/embedding.h5", "--representation", "lbp")
    try #require(made.status == 0)
    let run = try succeed("compare", "f.h5", "evaluation")
    #expect(run.output.contains("f: hog") && run.output.contains("f: color"))
    #expect(run.output.split(separator: "\n").contains { $0.hasPrefix("evaluation ") })
    #expect(!run.output.contains("other rows"), "the images are the same")
    try FileManager.default.createDirectory(atPath: path("empty"), withIntermediateDirectories: true)
    let refused = try mvmr("compare", "f.h5", "empty")
    #expect(refused.status == 66 && refused.errors.contains("holds no embedding.h5"))
  }

  /// Photographs of two classes, each with sizes of its own.
  private func photographs() throws {
    let images = try Fixture.images("images/rgb32")
    for (shift, label) in ["left", "right"].enumerated() {
      let place = folder.url.appending(path: "photos/\(label)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for index in 0..<images.count {
        let image = images[(index + shift) % images.count]
        let side = index % 2 == 0 ? 32 : 40
        try image.covering(ImageSize(height: side, width: 32 + shift)).writePNG(
          to: place.appending(path: "\(label)\(index).png"))
      }
    }
  }

  @Test func aSourceIsExtractedOnce() throws {
    try photographs()
    let run = try succeed("compare", "folder:photos", "--representation", "hog", "--representation", "color")
    #expect(run.errors.contains("images differ in size") && run.errors.contains("96x96"), "\(run.errors)")
    #expect(run.output.contains("hog") && run.output.contains("color"))
    #expect(FileManager.default.fileExists(atPath: path("photos.h5")))
    let inspected = try succeed("inspect", "photos.h5", "--json").json()
    #expect((inspected["settings"] as? [String: Any])?["height"] as? Int == 96)
    let written = try FileManager.default.attributesOfItem(atPath: path("photos.h5"))[.modificationDate] as? Date
    let again = try succeed("compare", "folder:photos")
    #expect(again.errors.contains("photos.h5 holds the features of these images, at 96x96"), "\(again.errors)")
    #expect(again.output == run.output)
    let now = try FileManager.default.attributesOfItem(atPath: path("photos.h5"))[.modificationDate] as? Date
    #expect(now == written)
  }

  @Test func refusalsComeBeforeTheWork() throws {
    try extract()
    for (words, part) in [
      (["f.h5", "--representation", "lbp"], "is in no file"), (["none.h5"], "none.h5"),
      (["f.h5", "--test-split", "val"], "has no split val"), (["f.h5", "--folds", "1"], "--folds 1"),
      (["f.h5", "--size", "32x32"], "is for a source"), (["folder:nowhere"], "nowhere"),
    ] {
      let run = try Tool.run(
        Tool.folder.appending(path: "mvmr"), ["compare"] + words + ["--report", "never"], in: folder.url)
      #expect(run.status != 0 && run.errors.contains(part), "\(words): \(run.errors)")
      #expect(run.output.isEmpty && !FileManager.default.fileExists(atPath: path("never")))
    }
    let knn = try mvmr("knn", "f.h5")
    #expect(knn.status == 64 && knn.errors.contains("name one of hog, color, or give --each"))
    let each = try mvmr("knn", "f.h5", "--each", "--report", "never")
    #expect(each.status == 64 && each.errors.contains("is for one representation"))
  }

  @Test func tablesSayWhatTheyAreOf() throws {
    try extract()
    _ = try succeed("knn", "f.h5", "--representation", "hog", "--k", "3", "--csv", "k.csv", "--report", "page")
    let table = try text("k.csv")
    for line in [
      ",file,,,f.h5", ",representation,,,hog", ",train_split,,,train", ",test_split,,,test", "k,setting,,,3",
      ",seed,,,0",
    ] { #expect(table.contains("\n\(line)\n"), "\(line)") }
    #expect(try text("page/report.html").contains("metric=cosine"))
    _ = try succeed("probe", "f.h5", "--each", "--lambda", "0.01", "--csv", "p.csv")
    let each = try text("p.csv")
    #expect(each.contains("\nhog lambda=0.01,top1,,,") && each.contains("\ncolor lambda=0.01,top1,,,"))
    #expect(each.contains("\ncolor,representation,,,color\n"))
    #expect(try succeed("knn", "f.h5", "--representation", "hog", "--folds", "4", "--report", "folds").status == 0)
    #expect(try text("folds/report.html").contains("each row by the other folds of 4"))
  }

  @Test func theSameFileTwiceIsRefused() throws {
    try extract()
    try FileManager.default.createSymbolicLink(atPath: path("link.h5"), withDestinationPath: "f.h5")
    for other in ["f.h5", "./f.h5", path("f.h5"), "link.h5"] {
      let run = try mvmr("compare", "f.h5", other)
      #expect(run.status == 64 && run.errors.contains("stands for"), "\(run.errors)")
      #expect(!run.errors.contains("note:"), "\(run.errors)")
    }
    // Before anything is extracted.
    try photographs()
    try FileManager.default.createDirectory(atPath: path("other"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: path("photos"), toPath: path("other/photos"))
    let two = try mvmr("compare", "folder:photos", "folder:other/photos")
    #expect(two.status == 64 && two.errors.contains("folder:other/photos: stands for photos.h5, as folder:photos does"))
    let late = try mvmr("compare", "folder:photos", "none.h5")
    #expect(late.status == 66 && !late.errors.contains("note:"), "\(late.errors)")
    #expect(!FileManager.default.fileExists(atPath: path("photos.h5")))
  }

  @Test func rowsOfTwoPlacesAreSaidToBePaired() throws {
    try photographs()
    try FileManager.default.copyItem(atPath: path("photos"), toPath: path("copy"))
    for name in ["photos", "copy"] {
      _ = try succeed(
        "extract", "folder:\(name)", "--size", "24x24", "--representation", name == "copy" ? "lbp" : "hog", "--output",
        "\(name).h5")
    }
    let run = try succeed("compare", "photos.h5", "copy.h5")
    #expect(run.errors.contains("/photos, the other from \(path("copy"))"), "\(run.errors)")
    let other = try succeed("compare", "folder:photos", "--size", "24x24", "--output", "more.h5", "--limit", "7")
    #expect(!other.errors.contains("taken for the same") && other.errors.contains("7 of 8 images, drawn"))
    let without = try mvmr("compare", "folder:photos", "--size", "24x24", "--output", "more.h5")
    #expect(without.status == 64 && without.errors.contains("with --limit 7") && without.errors.contains("--overwrite"))
  }

  /// Folders called train and test beside others may be classes.
  @Test func classesThatAreCalledAsSplitsAre() throws {
    let images = try Fixture.images("images/rgb32")
    for name in ["train", "test", "ship"] {
      let place = folder.url.appending(path: "d/\(name)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for index in 0..<3 { try images[index].writePNG(to: place.appending(path: "\(name)\(index).png")) }
    }
    let run = try mvmr("compare", "folder:d")
    #expect(run.status == 65 && run.errors.contains("give --layout classes"), "\(run.errors)")
    let classes = try succeed("compare", "folder:d", "--layout", "classes", "--representation", "color")
    #expect(classes.output.contains("3 classes"), "\(classes.output)")
  }

  /// No note is told of what is then refused.
  @Test func notesComeAfterRefusals() throws {
    try extract()
    try extract("one.h5", splits: ["train"])
    let run = try mvmr("compare", "f.h5", "one.h5", "--test-split", "test")
    #expect(run.status == 64 && !run.errors.contains("note:"), "\(run.errors)")
    let k = try succeed("compare", "f.h5", "--k", "1000", "--representation", "color")
    #expect(k.errors.contains("note: color: only 120 rows can vote for each, so k = 120"), "\(k.errors)")
    let knn = try mvmr("knn", "f.h5", "--representation", "color", "--k", "5,1000")
    #expect(knn.status == 64 && knn.errors.contains("--k 1000: is more than the 120 rows that can vote; give 120"))
    let same = try succeed("knn", "f.h5", "--representation", "color", "--k", "5", "--test-split", "train")
    #expect(same.errors.contains("note: train is the split to learn from, too"), "\(same.errors)")
  }

  @Test func wideRepresentationsAreProjected() throws {
    let run = try succeed("compare", "synthetic:60", "--output", "s.h5", "--limit", "20")
    #expect(run.errors.contains("scattering has 15552 values an image") && run.errors.contains("projection to 4096"))
    #expect(run.output.contains { $0.isNewline })
    #expect(run.output.split(separator: "\n").contains { $0.hasPrefix("scattering ") && $0.contains(" 4096 ") })
    _ = try succeed(
      "extract", "synthetic:60", "--limit", "20", "--representation", "scattering", "--output", "wide.h5")
    // What is in a file already is projected as well, and scores as what was extracted so.
    let wide = try succeed("compare", "wide.h5", "--json")
    #expect(wide.errors.contains("scattering has 15552 values a row") && wide.errors.contains("projection to 4096"))
    func scattering(_ run: Tool.Outcome) throws -> [String: Any] {
      let results = try #require(try run.json()["results"] as? [[String: Any]])
      return try #require(results.first { ($0["name"] as? String)?.contains("scattering") == true })
    }
    let (own, other) = (try scattering(wide), try scattering(try succeed("compare", "s.h5", "--json")))
    #expect(own["name"] as? String == "scattering (projected)" && own["columns"] as? Int == 4096)
    for key in ["knn", "probe"] {
      let scores = [own, other].map { $0[key] as? [String: Any] }
      #expect(scores[0]?["top1"] as? Double == scores[1]?["top1"] as? Double)
      #expect(scores[0]?["balanced_accuracy"] as? Double == scores[1]?["balanced_accuracy"] as? Double)
    }
  }

  /// Rows of three classes each, in feature files with and without a test split.
  private func severalLabels() throws {
    let rows = 40
    try NumPyArray.write(
      (0..<rows * 4).map { Float(($0 * 37) % 11) }, shape: [rows, 4], element: .float32,
      to: URL(filePath: path("x.npy")))
    try NumPyArray.write(
      (0..<rows * 3).map { UInt8(($0 * 31) % 5 < 2 ? 1 : 0) }, shape: [rows, 3], element: .uint8,
      to: URL(filePath: path("y.npy")))
    for (name, splits) in [("many", ["train", "test"]), ("alone", ["train"])] {
      let arrays = splits.flatMap { ["\($0)/x=x.npy", "\($0)/labels=y.npy"] }
      let run = try Tool.run(
        Tool.folder.appending(path: "mvmr"), ["convert"] + arrays + ["--output", "\(name).h5"], in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
    }
  }

  @Test func severalLabelsARowAreComparedByPrecision() throws {
    try severalLabels()
    let run = try succeed("compare", "many.h5", "--csv", "t.csv", "--markdown", "t.md", "--report", "page")
    #expect(run.output.contains("mAP (%)") && !run.errors.contains("--folds"), "\(run.output) \(run.errors)")
    #expect(try text("t.md").contains("mAP") && text("t.csv").contains("probe_map"))
    #expect(try text("page/report.html").contains("mAP") && text("page/comparison.svg").contains("mAP"))
    let results = try #require(try succeed("compare", "many.h5", "--json").json()["results"] as? [[String: Any]])
    let probe = try succeed("probe", "many.h5", "--representation", "x", "--json").json()
    let own = try #require((results[0]["probe"] as? [String: Any])?["map"] as? Double)
    #expect(own == probe["map"] as? Double, "\(probe.keys)")
    // What does not go is refused before the work.
    try extract()
    for (words, part) in [
      (["many.h5", "--folds", "3"], "--folds: is for images of one class each"),
      (["many.h5", "f.h5"], "many.h5: has several classes an image, f.h5 one"),
      (["alone.h5"], "name one to score by --test-split"),
    ] {
      let refused = try Tool.run(Tool.folder.appending(path: "mvmr"), ["compare"] + words, in: folder.url)
      #expect(refused.status == 64 && refused.errors.contains(part), "\(words): \(refused.errors)")
      #expect(refused.output.isEmpty && !refused.errors.contains("note:"), "\(refused.errors)")
    }
  }

  @Test func pagesThatCannotBeWrittenAreRefusedBeforeTheWork() throws {
    try extract()
    // Even for root, nothing can be made in there.
    for (command, words) in [("compare", ["f.h5"]), ("knn", ["f.h5", "--representation", "color", "--k", "1"])] {
      let run = try Tool.run(
        Tool.folder.appending(path: "mvmr"), [command] + words + ["--report", "/proc/self/page"], in: folder.url)
      #expect(run.status != 0 && run.output.isEmpty, "\(run.output)")
      #expect(run.errors.contains("/proc/self/page") && !run.errors.contains(" 0 %"), "no work: \(run.errors)")
    }
  }

  @Test func namesWithLineEndsKeepTablesWhole() throws {
    let images = try Fixture.images("images/rgb32")
    for (place, name) in ["one\ntwo", "three\tfour"].enumerated() {
      let folder = folder.url.appending(path: "d/\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for index in 0..<4 { try images[(index + place) % 4].writePNG(to: folder.appending(path: "\(index)\n.png")) }
    }
    let info = try succeed("datasets", "info", "folder:d")
    #expect(info.output.hasSuffix("\n2 classes: one two, three four\n"), "\(info.output)")
    #expect(info.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("note: ") }, "\(info.errors)")
    _ = try succeed("extract", "folder:d", "--representation", "color", "--output", "a\nb.h5")
    try FileManager.default.copyItem(atPath: path("a\nb.h5"), toPath: path("c\td.h5"))
    let run = try succeed("compare", "a\nb.h5", "c\td.h5", "--markdown", "t.md", "--latex", "t.tex")
    #expect(run.output.split(separator: "\n").count == 4, "\(run.output)")
    let table = try text("t.md").split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(table.count == 4 && table.allSatisfy { $0.hasSuffix("|") }, "\(table)")
    #expect(try text("t.tex").contains("a b: color") && !text("t.tex").contains("\t"))
  }
}
