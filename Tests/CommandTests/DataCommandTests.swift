import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// Data sets, their download, and multi-label probes through the built program.
struct DataCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func put(_ bytes: Data, _ name: String) throws {
    let url = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: url)
  }

  @Test func datasetsListInfoAndUsage() throws {
    let list = try Tool.mvmr("datasets", "list").output
    for kind in ["cifar100:", "cifar20:", "tiny-imagenet:", "imagenet100:", "voc07:"] { #expect(list.contains(kind)) }
    #expect(try Tool.mvmr("datasets").output == list)
    let info = try Tool.mvmr("datasets", "info", "synthetic:40")
    #expect(info.status == 0 && info.output.contains("40"))
    #expect(try Tool.mvmr("datasets", "synthetic:40").output == info.output)
    for (arguments, part) in [
      (["info"], "SOURCE"), (["download"], "cifar10"), (["download", "cifar10"], "--to"), (["fetch", "x"], "download"),
      (["download", "mnist", "--to", "x"], "voc07"),
    ] {
      let run = try Tool.run(Tool.folder.appending(path: "mvmr"), ["datasets"] + arguments)
      #expect(run.status == 64 && run.errors.contains(part), "\(arguments): \(run.errors)")
    }
  }

  @Test func downloadsFromAMirrorAreVerified() throws {
    let server = try LoopbackServer(["/cifar-10-binary.tar.gz": Data(repeating: 7, count: 1000)])
    defer { server.stop() }
    let target = path("data")
    let wrong = try Tool.mvmr("datasets", "download", "cifar10", "--to", target, "--from", server.address(""))
    #expect(wrong.status == 65 && wrong.errors.contains("c32a1d4ab5d03f1284b67883e8d87530"), "\(wrong.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: target).isEmpty)
    let missing = try Tool.mvmr("datasets", "download", "stl10", "--to", target, "--from", server.address(""))
    #expect(missing.status == 74 && missing.errors.contains("404"), "\(missing.errors)")
    #expect(missing.errors.split(separator: "\n").count == 1)
  }

  /// A set in the layout of VOC 2007: a class is in an image where its color is, every fifth is difficult.
  private func makeVOC() throws {
    let colors: [(name: String, color: [UInt8])] = [("cat", [250, 20, 20]), ("dog", [20, 250, 20])]
    var generator = SeededGenerator(seed: 4)
    for (split, range) in [("trainval", 0..<60), ("test", 60..<100)] {
      var list = ""
      for image in range {
        let name = "00\(1000 + image)"
        var pixels = (0..<32 * 32 * 3).map { _ in UInt8(generator.integer(below: 60)) }
        var objects = ""
        for (place, entry) in colors.enumerated() where generator.chance(0.4) {
          for y in 4..<24 {
            for x in 0..<12 {
              for channel in 0..<3 { pixels[(y * 32 + x + 16 * place) * 3 + channel] = entry.color[channel] }
            }
          }
          objects += "<object><name>\(entry.name)</name><difficult>\(image % 5 == 0 ? 1 : 0)</difficult></object>"
        }
        let picture = Image(shape: ImageShape(height: 32, width: 32, channels: 3), pixels: .uint8(pixels))
        try put(try picture.pngData(), "VOC2007/JPEGImages/\(name).jpg")
        try put(Data("<annotation>\(objects)</annotation>".utf8), "VOC2007/Annotations/\(name).xml")
        list += "\(name)\r\n"
      }
      try put(Data(list.utf8), "VOC2007/ImageSets/Main/\(split).txt")
    }
  }

  @Test func networksAreScoredOnSeveralClassesAnImage() throws {
    try makeVOC()
    let words = [
      "evaluate", Fixture.url("network-files/cifar.pth").path, "voc07:\(folder.url.path)", "--output", path("report"),
    ]
    for option in [["--k", "5"], ["--folds", "3"], ["--protocol", "dino"]] {
      let refused = try Tool.run(Tool.folder.appending(path: "mvmr"), words + option)
      #expect(refused.status == 64 && refused.errors.contains("of one class each"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: path("report")))
    }
    let scored = try Tool.run(Tool.folder.appending(path: "mvmr"), words + ["--json"])
    try #require(scored.status == 0, "\(scored.errors)")
    let json = try scored.json()
    #expect((json["map"] as? Double).map { $0 > 0 && $0 <= 1 } == true && json["knn"] == nil)
    #expect(scored.errors.contains("no classifier for aeroplane"), "\(scored.errors)")
  }

  @Test func multiLabelProbes() throws {
    try makeVOC()
    let file = path("voc.h5")
    let made = try Tool.mvmr("extract", "voc07:\(folder.url.path)", "--output", file, "--representation", "color")
    try #require(made.status == 0, "\(made.errors)")
    for loss in ["logistic", "squared-hinge"] {
      let run = try Tool.mvmr(
        "probe", file, "--representation", "color", "--loss", loss, "--json", "--save", path("\(loss).probe"),
        "--report", path("\(loss).csv"))
      try #require(run.status == 0, "\(run.errors)")
      let json = try run.json()
      let precisions = try #require(json["ap"] as? [String: Double])
      #expect(precisions.keys.sorted() == ["cat", "dog"] && precisions.values.allSatisfy { $0 > 0.9 })
      #expect(abs((json["map"] as? Double ?? 0) - (precisions["cat"]! + precisions["dog"]!) / 2) < 1e-12)
      #expect(run.errors.contains("no classifier for aeroplane"))
      let again = try Tool.mvmr(
        "probe", file, "--representation", "color", "--load", path("\(loss).probe"), "--json")
      #expect(try again.json()["map"] as? Double == json["map"] as? Double)
      #expect(
        try String(contentsOfFile: path("\(loss).csv"), encoding: .utf8).split(separator: "\n").count {
          $0.hasPrefix(",positives,")
        } == 20)
    }
    #expect(try Tool.mvmr("probe", file, "--representation", "color").output.hasPrefix("mAP "))
    let knn = try Tool.mvmr("knn", file, "--representation", "color")
    #expect(knn.status == 65 && knn.errors.contains("several classes a row"))
    for (options, part) in [
      (["--loss", "squared-hinge", "--lambda", "0.1"], "--cost"), (["--cost", "1"], "--loss squared-hinge"),
      (["--loss", "hinge"], "squared-hinge"), (["--loss", "squared-hinge", "--no-standardize"], "length 1"),
    ] {
      let run = try Tool.run(
        Tool.folder.appending(path: "mvmr"), ["probe", file, "--representation", "color"] + options)
      #expect(run.status == 64 && run.errors.contains(part), "\(options): \(run.errors)")
    }
  }

  @Test func classWeightsAndOptionsOfOtherFiles() throws {
    let file = path("s.h5")
    let made = try Tool.mvmr("extract", "synthetic:60", "--output", file, "--representation", "color")
    try #require(made.status == 0, "\(made.errors)")
    let run = try Tool.mvmr(
      "probe", file, "--representation", "color", "--class-weight", "balanced", "--penalty-folds", "3")
    #expect(run.status == 0 && run.output.hasPrefix("top-1"), "\(run.errors)")
    let wrong = try Tool.mvmr("probe", file, "--representation", "color", "--loss", "logistic")
    #expect(wrong.status == 64 && wrong.errors.contains("multi-label"))
  }
}
