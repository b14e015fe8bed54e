import Foundation
import MVCore
import MVStore
import TestSupport
import Testing

/// Networks of other programs are embedded and scored as runs are.
@Suite struct NetworkScoreTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let network = Fixture.url("network-files/cifar.pth").path

  private func run(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
  }

  private func rows(_ file: String) throws -> Matrix {
    let split = try FeatureFile(reading: folder.url.appending(path: file))["test"]
    return try split.features("embedding").matrix(0..<10)
  }

  @Test func weightsAreEmbedded() throws {
    for (file, more) in [
      ("plain.h5", []), ("flip.h5", ["--views", "flip"]), ("crops.h5", ["--views", "ten-crop", "--resize", "40"]),
      ("clip.h5", ["--preprocessing", "clip"]), ("large.h5", ["--size", "48x48"]),
    ] {
      let words = ["embed", Self.network, "synthetic:40", "--output", file] + more
      let outcome = try Tool.run(Tool.folder.appending(path: "mvmr"), words, in: folder.url)
      #expect(outcome.status == 0, "\(words): \(outcome.errors)")
    }
    let plain = try rows("plain.h5")
    for other in ["flip.h5", "crops.h5", "clip.h5", "large.h5"] {
      let values = try rows(other)
      #expect(values.columns == plain.columns && values != plain, "\(other)")
    }
    // The same command finishes nothing twice, and another network's file is refused.
    #expect(try run("embed", Self.network, "synthetic:40", "--output", "plain.h5").status == 0)
    let other = try run("embed", Self.network, "synthetic:40", "--layer", "stage1", "--output", "plain.h5")
    #expect(other.status == 64 && other.errors.contains("--overwrite"), "\(other.errors)")
    let stage = try run("embed", Self.network, "synthetic:40", "--layer", "stage1", "--output", "stage.h5")
    #expect(stage.status == 0, "\(stage.errors)")
  }

  @Test func weightsAreEvaluated() throws {
    let outcome = try run("evaluate", Self.network, "synthetic:60", "--k", "5", "--output", "report", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect((json["knn"] as? Double ?? -1) >= 0 && json["test_rows"] as? Int == 15)
    let page = String(
      decoding: try Data(contentsOf: folder.url.appending(path: "report/report.html")), as: UTF8.self)
    #expect(page.contains("cifar.pth"))
  }

  @Test func whatCannotBeIsRefusedBeforeTheWork() throws {
    for (words, status, part) in [
      (["--layer", "class+patches"], 64, "it has features"), (["--layer", "head"], 64, "no output"),
      (["--set", "nothing=1"], 64, "nothing"), (["--views", "ten-crop"], 64, "--resize"),
      (["--resize", "16"], 64, "resize 16"), (["--device", "cuda"], 64, "cuda"),
    ] as [([String], Int32, String)] {
      if part == "cuda", Self.hasCUDA { continue }
      let arguments = ["embed", Self.network, "synthetic:40", "--output", "none.h5"] + words
      let outcome = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
      #expect(outcome.status == status && outcome.errors.contains(part), "\(words): \(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "none.h5").path))
    }
    let nothing = try run("embed", Self.network, "--output", "none.h5")
    #expect(nothing.status == 64 && nothing.errors.contains("SOURCE"), "\(nothing.errors)")
  }

  private static let hasCUDA = FileManager.default.fileExists(atPath: "/dev/nvidia0")
}
