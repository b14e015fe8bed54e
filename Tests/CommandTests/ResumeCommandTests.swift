import Foundation
import MVCore
import MVImaging
import MVStore
import TestSupport
import Testing

/// `mvmr train --resume` and `--init`, as a user goes on with a run.
@Suite(.serialized) struct ResumeCommandTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.url.appending(path: name)) }

  /// Runs a command in the folder, or elsewhere.
  @discardableResult
  private func mvmr(
    _ line: String, in place: URL? = nil, status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> Tool.Outcome {
    let run = try Tool.run(tool, line.split(separator: " ").map(String.init), in: place ?? folder.url)
    try #require(run.status == status, "mvmr \(line): \(run.status) \(run.errors)", sourceLocation: location)
    return run
  }

  private let settings = """
    --set encoder=cifar-resnet --set widths=4-6-8 --set projector=16-12 --set batch_size=8 --set lr=1e-3 \
    --set policy=cifar --set threads=1 --set precision=float32
    """

  /// Images with a size and a file of features: everything that a resume must find again.
  private func prepare() throws {
    let images = try Fixture.images("images/rgb32")
    for place in 0..<24 {
      let url = folder.url.appending(path: "photos/\(place % 2 == 0 ? "a" : "b")/\(place).png")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try images[place % images.count].writePNG(to: url)
    }
    try mvmr("extract folder:photos --size 24x24 --representation hog --output f.h5")
  }

  /// Images that are named again are framed and decoded as the run began.
  @Test func aRunKeepsItsPixelsWhereItsImagesAreNamedAgain() throws {
    try prepare()
    let train = "train folder:photos \(settings)"
    let pixels = "--size 20x20 --interpolation lanczos --decode fast --alpha white --exif"
    try mvmr("\(train) \(pixels) --set epochs=1 --output run")
    try mvmr("\(train) --resume --set epochs=2 --output run")
    try mvmr("\(train) \(pixels) --set epochs=1 --output alone")
    try mvmr("train --resume --set epochs=2 --output alone")
    #expect(try bytes("run/last.ckpt") == bytes("alone/last.ckpt"))
    let refused = try mvmr("train folder:photos --resume --decode exact --set epochs=3 --output run", status: 64)
    #expect(refused.errors.contains("otherwise than the run began") && refused.errors.contains("decoded fast"))
    // Embedding takes the size of the run, and what else is asked for.
    try mvmr("embed run folder:photos --output same.h5")
    try mvmr("embed run folder:photos --interpolation bilinear --output other.h5")
    let rows = try ["same.h5", "other.h5"].map { name in
      let features = try FeatureFile(reading: folder.url.appending(path: name))["all"].features("embedding")
      return features.matrix(0..<features.rows)
    }
    #expect(rows[0] != rows[1])
  }

  @Test func resumeAloneGoesOn() throws {
    try prepare()
    let train = "train folder:photos --size 24x24 --features f.h5 \(settings)"
    try mvmr("\(train) --set scheduler=constant --set epochs=4 --output whole")
    try mvmr("\(train) --set scheduler=constant --set epochs=2 --output part")
    // A finished run has nothing to do, and says how it gets something.
    let last = try bytes("part/last.ckpt")
    let finished = try mvmr("train --resume --output part")
    #expect(finished.errors.contains("the run is finished; --set epochs=N makes it longer"))
    #expect(try bytes("part/last.ckpt") == last)
    // From another folder, without a word of what it was trained on.
    let elsewhere = folder.url.appending(path: "elsewhere")
    try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
    let longer = try mvmr("train --resume --output ../part --set epochs=4", in: elsewhere)
    #expect(longer.errors.contains("note: epochs=4 where the run was begun with 2: the schedule"), "\(longer.errors)")
    #expect(longer.errors.contains("note: resuming after step"))
    #expect(try bytes("part/last.ckpt") == bytes("whole/last.ckpt"))
    let lines = String(decoding: try bytes("part/losses.csv"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 5 && lines[0].contains(",1-dcor_zz,1-dcor_hog,"))
    let page = String(decoding: try bytes("part/report.html"), as: UTF8.self)
    #expect(page.contains("folder:photos") && page.contains("brought to 24x24") && page.contains("mvmr train --resume"))

    // What cannot change is refused, and what to do is said.
    let refused = try mvmr("train --resume --output part --set lr=1", status: 64)
    #expect(refused.errors.contains("lr=1") && refused.errors.contains("--init"), "\(refused.errors)")
    let shorter = try mvmr("train --resume --output part --set epochs=1", status: 64)
    #expect(shorter.errors.contains("4 epochs"))
    // Moved images are named again.
    try FileManager.default.moveItem(
      at: folder.url.appending(path: "photos"), to: folder.url.appending(path: "pictures"))
    let gone = try mvmr("train --resume --output part --set epochs=5", status: 66)
    #expect(gone.errors.contains("is not there any more") && gone.errors.contains("give SOURCE"), "\(gone.errors)")
    let none = try mvmr("train --resume --output nothing", status: 66)
    #expect(none.errors.contains("nothing: holds no run to resume") && !none.errors.contains("SOURCE: is missing"))
    try FileManager.default.moveItem(
      at: folder.url.appending(path: "pictures"), to: folder.url.appending(path: "photos"))
    try FileManager.default.moveItem(at: folder.url.appending(path: "f.h5"), to: folder.url.appending(path: "g.h5"))
    let moved = try mvmr("train --resume --output part --set epochs=5", status: 66)
    #expect(moved.errors.contains("f.h5: is not there any more") && moved.errors.contains("--features"))
    let found = try mvmr("train --resume --output part --set epochs=5 --features g.h5")
    let isScored = FileManager.default.fileExists(atPath: path("part/best.ckpt"))
    #expect(found.output.contains("best.ckpt: the best by the linear probe of rows held out") == isScored)
  }

  @Test func theBestEpochIsReported() throws {
    let run = try mvmr("train synthetic:120 --output run \(settings) --set epochs=3 --set validate_every=1 --json")
    let best = try #require(try run.json()["best"] as? [String: Any])
    let lines = String(decoding: try bytes("run/losses.csv"), as: UTF8.self).split(separator: "\n").dropFirst()
    let scores = lines.compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
    let highest = try #require(scores.max())
    #expect(best["epoch"] as? Int == scores.firstIndex(of: highest).map { $0 + 1 } && scores.count == 3)
    #expect(abs((best["probe"] as? Double ?? 0) - highest) < 1e-4)
    #expect((best["checkpoint"] as? String)?.hasSuffix("run/best.ckpt") == true)
    // Without labels that are held out nothing is scored.
    let none = try mvmr("train synthetic:24 --output none \(settings) --set epochs=1 --set validate_every=0 --json")
    #expect(try none.json()["best"] == nil)
  }

  @Test func aLogThatAnEditorHasSavedIsNoObstacle() throws {
    try mvmr("train synthetic:24 --output run \(settings) --set epochs=2")
    let text = String(decoding: try bytes("run/losses.csv"), as: UTF8.self)
    let dropped = "3,9,half a line"
    try Data((text + dropped + "\n").replacing("\n", with: "\r\n").utf8).write(
      to: folder.url.appending(path: "run/losses.csv"))
    try mvmr("train --resume --output run --set epochs=3")
    let lines = String(decoding: try bytes("run/losses.csv"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 4 && lines.dropFirst().map { $0.prefix(2) } == ["1,", "2,", "3,"])
  }

  @Test func aRunStartsFromWeights() throws {
    try mvmr("train synthetic:24 --output first \(settings) --set epochs=1")
    // The encoder is that of the weights.
    let tuned = try mvmr(
      "train synthetic:24 --output tuned --init first --set batch_size=8 --set epochs=1 --set threads=1")
    let start = "starts with the weights of \(path("first/last.ckpt")), after 3 steps"
    #expect(tuned.errors.contains(start), "\(tuned.errors)")
    #expect(tuned.errors.contains("its backbone (cifar-resnet) and its projector"))
    let head = try mvmr(
      "train synthetic:24 --output head --init first --set projector=8 --set batch_size=8 --set epochs=1")
    #expect(head.errors.contains("the projector begins anew"))
    let other = try mvmr(
      "train synthetic:24 --output other --init first --set encoder=resnet18 --set batch_size=8", status: 65)
    #expect(other.errors.contains("first/last.ckpt") && !FileManager.default.fileExists(atPath: path("other")))
    try mvmr("train synthetic:24 --output other --init none.ckpt --set batch_size=8", status: 66)
    // A job that is queued again goes on with its own run.
    let again = try mvmr("train --output tuned --init first --resume")
    #expect(!again.errors.contains("starts with the weights"))
  }

  @Test func evaluateAndEmbedBeginAnew() throws {
    try mvmr("train synthetic:24 --output one \(settings) --set epochs=1")
    try mvmr("train synthetic:24 --output two \(settings) --set epochs=1 --set seed=2")
    try mvmr("evaluate one synthetic:120 --output evaluation")
    let refused = try mvmr("evaluate two synthetic:120 --output evaluation", status: 64)
    #expect(refused.errors.contains("give --overwrite"))
    try mvmr("evaluate two synthetic:120 --output evaluation --overwrite")
    // Every row of train is scored once, by the other folds.
    let folds = try mvmr("evaluate two synthetic:120 --output evaluation --folds 3 --json")
    #expect(folds.errors.contains("each row of train is scored by the other folds of 3; test is left alone"))
    let object = try folds.json()
    #expect(object["test_rows"] as? Int == 120 && object["division"] as? String == "3 folds")
    let compared = try mvmr("compare evaluation --folds 3 --json")
    let result = (try compared.json()["results"] as? [[String: Any]])?.first
    #expect((result?["knn"] as? [String: Any])?["top1"] as? Double == object["knn"] as? Double)
    #expect((result?["probe"] as? [String: Any])?["top1"] as? Double == object["probe"] as? Double)
  }
}
