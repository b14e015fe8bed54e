import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// The commands one after another, as people use them.
struct WorkflowTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// Runs a command that must succeed.
  private func mvmr(_ arguments: String..., at location: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let run = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments)
    try #require(run.status == 0, "\(arguments): \(run.errors)", sourceLocation: location)
    return run
  }

  @Test func extractInspectVerifyScore() throws {
    let file = path("features.h5")
    let made = try mvmr("extract", "synthetic:200", "--output", file, "--json")
    #expect(try made.json()["rows"] as? Int == 250)
    let inspected = try mvmr("inspect", file, "--json").json()
    #expect(inspected["complete"] as? Bool == true && inspected["dataset"] as? String == "synthetic")
    let table = try mvmr("inspect", file).output
    for name in ["hog", "lbp", "color", "scattering", "train", "test", "float32"] {
      #expect(table.contains(name), "\(name)")
    }
    #expect(try mvmr("verify", file).output.contains("every checksum right"))

    let knn = try mvmr("knn", file, "--representation", "hog", "--k", "5,20", "--json").json()
    let results = try #require(knn["results"] as? [[String: Any]])
    #expect(results.map { $0["k"] as? Int } == [5, 20])
    #expect(results.allSatisfy { ($0["top1"] as? Double ?? 0) > 0.3 }, "far above chance: \(results)")
    #expect(knn["train_rows"] as? Int == 200 && knn["test_rows"] as? Int == 50)
    #expect(knn["metric"] as? String == "cosine")

    let probe = try mvmr(
      "probe", file, "--representation", "hog", "--representation", "color", "--lambda", "0.01,0.1", "--json", "--save",
      path("p.probe")
    ).json()
    let top1 = try #require(probe["top1"] as? Double)
    #expect(top1 > 0.4)
    let again = try mvmr(
      "probe", file, "--representation", "hog", "--representation", "color", "--load", path("p.probe"), "--json")
    #expect(try again.json()["top1"] as? Double == top1)
  }

  @Test func aStoppedExtractIsFinishedByTheSameCommand() throws {
    let file = path("a.h5")
    let arguments = ["extract", "synthetic:2000", "--output", file, "--representation", "scattering", "--jobs", "1"]
    let process = Process()
    process.executableURL = Tool.folder.appending(path: "mvmr")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !FileManager.default.fileExists(atPath: file) { usleep(1000) }
    usleep(100_000)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    _ = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments)
    let whole = path("b.h5")
    _ = try mvmr("extract", "synthetic:2000", "--output", whole, "--representation", "scattering")
    #expect(try mvmr("inspect", file, "--json").json()["complete"] as? Bool == true)
    #expect(try mvmr("verify", file).output.contains("every checksum right"))
    // Both hold the same values, so their neighbors are the same to the last bit.
    let left = try mvmr("knn", file, "--representation", "scattering", "--neighbors", path("l.npy"), "--k", "3")
    let right = try mvmr("knn", whole, "--representation", "scattering", "--neighbors", path("r.npy"), "--k", "3")
    #expect(left.output.split(separator: "\n").prefix(2) == right.output.split(separator: "\n").prefix(2))
    #expect(try Data(contentsOf: URL(filePath: path("l.npy"))) == Data(contentsOf: URL(filePath: path("r.npy"))))
    let other = try Tool.mvmr("extract", "synthetic:2000", "--output", file, "--representation", "hog")
    #expect(other.status == 64 && other.errors.contains("--overwrite"), "\(other.errors)")
  }

  @Test func trainResumeEmbedEvaluate() throws {
    let file = path("features.h5")
    _ = try mvmr("extract", "synthetic:128", "--output", file, "--representation", "hog", "--representation", "color")
    let settings = [
      "encoder=cifar-resnet", "widths=4-8-8", "projector=16-16", "batch_size=32", "epochs=2", "lr=1e-3",
    ].flatMap { ["--set", $0] }
    let run = path("run")
    let tool = Tool.folder.appending(path: "mvmr")
    let trained = try Tool.run(
      tool, ["train", "synthetic:128", "--features", file, "--output", run, "--json"] + settings)
    try #require(trained.status == 0, "\(trained.errors)")
    let epochs = try #require(try trained.json()["epochs"] as? [[String: Any]])
    #expect(epochs.count == 2)
    let terms = try #require(epochs[1]["terms"] as? [String: Double])
    #expect(Set(terms.keys) == ["mse", "std", "1-dcor_zz", "1-dcor_hog", "1-dcor_color"])
    #expect(terms.values.allSatisfy { $0.isFinite })

    let twice = try Tool.run(tool, ["train", "synthetic:128", "--features", file, "--output", run] + settings)
    #expect(twice.status == 64 && twice.errors.contains("already holds"), "\(twice.errors)")
    let other = try Tool.run(tool, ["train", "synthetic:64", "--features", file, "--output", path("x")] + settings)
    #expect(other.status == 65 && other.errors.contains("features.h5"), "\(other.errors)")
    let unknown = try Tool.run(
      tool, ["train", "synthetic:128", "--output", path("y"), "--set", "epoch=3"])
    #expect(unknown.status == 64 && unknown.errors.contains("epoch"), "\(unknown.errors)")

    let embedding = path("embedding.h5")
    _ = try mvmr("embed", run, "synthetic:128", "--output", embedding)
    let knn = try mvmr("knn", embedding, "--representation", "embedding", "--k", "5", "--json").json()
    #expect(knn["train_rows"] as? Int == 128)
    let evaluated = try mvmr("evaluate", run, "synthetic:128", "--output", path("evaluation"), "--json").json()
    #expect(evaluated["probe"] is Double)
    let page = try String(contentsOf: folder.url.appending(path: "evaluation/report.html"), encoding: .utf8)
    #expect(page.contains("k-NN") && page.contains("</html>"))
  }

  @Test func demoTellsTheWholeStory() throws {
    let run = try mvmr("demo", "--images", "200", "--epochs", "1", "--output", path("demo"), "--json")
    let rows = try #require(try run.json()["results"] as? [[String: Any]])
    #expect(
      rows.map { $0["name"] as? String } == [
        "hog", "lbp", "color", "scattering", "all four", "encoder, untrained", "encoder, trained",
      ])
    let page = try String(contentsOf: folder.url.appending(path: "demo/report.html"), encoding: .utf8)
    #expect(page.contains("data:image/png;base64,") && page.contains("<svg"))
    let again = try Tool.mvmr("demo", "--images", "100", "--epochs", "1", "--output", folder.url.path)
    #expect(again.status == 64, "a folder with other files is left alone: \(again.errors)")
  }

  /// A marker that is a link, or another user's, gives nobody's files away.
  @Test(arguments: ["link", "stranger"]) func aDemosMarkerIsThisUsers(_ kind: String) throws {
    let manager = FileManager.default
    let place = folder.url.appending(path: "shared")
    let marker = place.appending(path: ".mvmr-demo")
    try manager.createDirectory(at: place.appending(path: "run"), withIntermediateDirectories: true)
    for name in ["features.h5", "report.html", "run/thesis"] {
      try Data("mine".utf8).write(to: place.appending(path: name))
    }
    if kind == "link" {
      try Data().write(to: folder.url.appending(path: "empty"))
      try manager.createSymbolicLink(at: marker, withDestinationURL: folder.url.appending(path: "empty"))
    } else {
      // Nobody but the superuser can give a file away.
      guard geteuid() == 0 else { return }
      try Data().write(to: marker)
      try manager.setAttributes([.ownerAccountID: 65534], ofItemAtPath: marker.path)
    }
    let run = try Tool.mvmr("demo", "--images", "100", "--epochs", "1", "--output", place.path)
    #expect(run.status == 74 && run.errors.contains(".mvmr-demo: is in the way"), "\(run.errors)")
    for name in ["features.h5", "report.html", "run/thesis"] {
      #expect(try String(contentsOf: place.appending(path: name), encoding: .utf8) == "mine")
    }
  }

  @Test func showDrawsEveryRepresentation() throws {
    try Fixture.images("images/rgb96")[0].writePNG(to: folder.url.appending(path: "in.png"))
    _ = try mvmr("show", path("in.png"), "--output", path("out.png"))
    let sheet = try Image(contentsOf: folder.url.appending(path: "out.png"))
    #expect(sheet.shape.width > 5 * 256)
    guard case .uint8(let values) = sheet.pixels else { return }
    #expect(Set(values).count > 50, "there is something to see")
  }

  @Test func helpTeaches() throws {
    let all = try mvmr("--help").output
    for name in [
      "extract", "inspect", "verify", "knn", "probe", "train", "finetune", "embed", "evaluate", "demo", "show",
    ] {
      #expect(all.contains(name), "\(name)")
      #expect(try mvmr(name, "--help").output.contains("--help"), "\(name)")
    }
    #expect(try mvmr("representations").output.contains("scattering"))
    #expect(try mvmr("representations", "hog").output.contains("orientations"))
    #expect(try mvmr("representations").output.contains("sketch_seed"))
    #expect(try mvmr("representations", "hog").output.contains("sketch_seed"))
    #expect(try mvmr("representations", "hog", "--json").json()["sketch"] as? Int == 0)
    #expect(try mvmr("datasets").output.contains("stl10:DIR"))
    #expect(try mvmr("datasets", "synthetic:40").output.contains("40"))
    #expect(try mvmr("--version").output.hasPrefix("mvmr "))
  }

  @Test func settingsFromYAML() throws {
    let config = folder.url.appending(path: "c.yaml")
    try Data("representations:\n  - hog: {orientations: 6, as: hog6}\n  - color\ndtype: float16\n".utf8).write(
      to: config)
    let dry = try mvmr("extract", "synthetic:40", "--output", path("f.h5"), "--config", config.path, "--dry-run").output
    #expect(dry.contains("hog6") && dry.contains("orientations=6") && dry.contains("color"))
    #expect(!FileManager.default.fileExists(atPath: path("f.h5")))
    try Data("representations:\n  - hog: {sketch: 20, sketch_seed: 4}\n".utf8).write(to: config)
    _ = try mvmr("extract", "synthetic:40", "--output", path("s.h5"), "--config", config.path)
    let splits = try mvmr("inspect", path("s.h5"), "--json").json()["splits"] as? [[String: Any]]
    let stored = (splits?.first?["representations"] as? [[String: Any]])?.first
    #expect(stored?["sketch"] as? Int == 20 && stored?["shape"] as? [Int] == [20])
    #expect((stored?["settings"] as? [String: Any])?["sketch_seed"] as? Int == 4)
    for (text, place) in [
      ("representations:\n  - hog:\n      orientations: 9\n      cel_size: 4\n", "c.yaml:4:7"),
      ("representations:\n  - lbp:\n      points: 99\n", "c.yaml:3:15"),
      ("representations:\n  - hog: {norm: \"l1,signed=true\"}\n", "c.yaml:2:17"),
      ("representations:\n  - hog: {sketch_seed: 3}\n", "c.yaml:2:5"), ("jobs: 5000\n", "c.yaml:1:7"),
      ("representations:\n  - hog: {as: a/b}\n", "c.yaml:2:15"), ("representations:\n  - hgo: {}\n", "c.yaml:2:5"),
    ] {
      try Data(text.utf8).write(to: config)
      let wrong = try Tool.mvmr("extract", "synthetic:40", "--output", path("f.h5"), "--config", config.path)
      #expect(wrong.status == 64 && wrong.errors.contains(place), "\(text)\(wrong.errors)")
    }
    try Data("representations:\n  - hog: {orientation: 6}\n".utf8).write(to: config)
    let wrong = try Tool.mvmr("extract", "synthetic:40", "--output", path("f.h5"), "--config", config.path)
    #expect(wrong.status == 64 && wrong.errors.contains("c.yaml:2") && wrong.errors.contains("orientation"))
  }
}
