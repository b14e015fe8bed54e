import Foundation
import MVCore
import MVStore
import TestSupport
import Testing

/// `mvmr finetune`, and crops and saved classifiers in `embed`, `probe` and `evaluate`, as a user runs them.
@Suite(.serialized) struct FinetuneCommandTests {
  private let folder: TemporaryFolder
  private static let images = "synthetic:90"
  private static let small = ["encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=16", "epochs=1"]
    .flatMap { ["--set", $0] }
  private static let quick = ["epochs=2", "batch_size=16", "precision=float32", "threads=1"].flatMap { ["--set", $0] }

  init() throws {
    folder = try TemporaryFolder()
    try #require(
      run(["train", Self.images, "--output", path("run"), "--set", "online_head=true"] + Self.small).status == 0)
  }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func run(_ arguments: [String]) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments)
  }

  private func succeeds(_ arguments: [String], at location: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let outcome = try run(arguments)
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    return outcome
  }

  private func fails(
    _ arguments: [String], status: Int32, _ parts: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    let output = path("out-\(UUID().uuidString)")
    let outcome = try run(arguments + ["--output", output])
    #expect(outcome.status == status, "\(outcome.status) \(outcome.errors)", sourceLocation: location)
    let lines = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("note:") }
    #expect(lines.count == 1, "one line: \(outcome.errors)", sourceLocation: location)
    for part in parts {
      #expect(outcome.errors.contains(part), "\(part) in: \(outcome.errors)", sourceLocation: location)
    }
    #expect(!FileManager.default.fileExists(atPath: output), "nothing is written", sourceLocation: location)
  }

  @Test func aRunIsScoredResumedAndRead() throws {
    let words = ["finetune", path("run"), Self.images, "--labels", "30%", "--output", path("tuned")] + Self.quick
    let first = try succeeds(words + ["--json"])
    #expect(first.errors.contains("images of train keep their labels"))
    let result = try first.json()
    let test = try #require(result["test"] as? [String: Any])
    #expect((test["per_class"] as? [[String: Any]])?.count == 10 && result["labels"] as? String == "30%")
    for name in ["last.ckpt", "best.ckpt", "losses.csv", "classes.csv", "report.html"] {
      #expect(FileManager.default.fileExists(atPath: path("tuned/\(name)")), "\(name)")
    }
    let page = try String(contentsOfFile: path("tuned/report.html"), encoding: .utf8)
    #expect(page.contains("best epoch") && page.contains("held out") && page.contains("Accuracy of each class"))
    // Again: nothing is overwritten, and a finished run gives the same numbers.
    #expect(try run(words).status == 64)
    let again = try succeeds(words + ["--resume", "--json"])
    #expect(again.errors.contains("the run is finished"))
    #expect(try again.json()["test"] as? NSDictionary == test as NSDictionary)
    let other = try run(
      ["finetune", path("run"), Self.images, "--output", path("tuned"), "--resume"] + Self.quick)
    #expect(other.status == 64 && other.errors.contains("labels 30%"), "\(other.errors)")
    // What was tuned is scored as it scored itself.
    let scored = try succeeds(
      ["evaluate", path("tuned/best.ckpt"), Self.images, "--head", "--output", path("evaluation"), "--json"]
    ).json()
    #expect(scored["head"] as? String == "fc")
    let top1 = try #require(scored["head_top1"] as? Double)
    #expect(abs(top1 - (try #require(test["top1"] as? Double))) < 1e-9)
  }

  @Test func theHeadBesideTheEncoderIsScoredWithoutTraining() throws {
    let scored = try succeeds(
      ["evaluate", path("run"), Self.images, "--head", "--output", path("evaluation"), "--json"]
    ).json()
    #expect(scored["head"] as? String == "online_head" && scored["head_top1"] is Double)
    try #require(run(["train", Self.images, "--output", path("plain")] + Self.small).status == 0)
    try fails(["evaluate", path("plain"), Self.images, "--head"], status: 64, "holds no classifier", "online_head")
    try fails(
      ["train", Self.images, "--set", "online_head=true", "--set", "online_head_lr=-1"] + Self.small, status: 64,
      "online_head_lr=-1")
  }

  @Test func cropsAreEmbeddedBesideAndLearntFrom() throws {
    let file = path("crops.h5")
    _ = try succeeds(["embed", path("run"), Self.images, "--augmented", "2", "--output", file])
    let opened = try FeatureFile(reading: URL(filePath: file))
    #expect(opened.splits.map(\.name).contains("train.crop2"))
    let (plain, first) = (
      try opened["train"].features("embedding").matrix(0..<5),
      try opened["train.crop1"].features("embedding").matrix(0..<5)
    )
    #expect(plain.rows == first.rows && plain != first)
    #expect(try opened["train.crop1"].labels == opened["train"].labels)
    let probe = ["probe", file, "--representation", "embedding", "--protocol"]
    let all = try succeeds(probe + ["dino", "--epochs", "3", "--json"])
    #expect(all.errors.contains("over 2 crops"))
    let one = try succeeds(probe + ["dino", "--epochs", "3", "--augmented", "1", "--json"])
    let none = try succeeds(probe + ["dino", "--epochs", "3", "--augmented", "0", "--json"])
    let losses = try [all, one, none].map { try $0.json()["losses"] as? [Double] ?? [] }
    #expect(Set(losses).count == 3)
    let older = try succeeds(probe + ["mv-mr-2022", "--epochs", "3"])
    #expect(!older.errors.contains("crops"))
    let many = try run(probe + ["dino", "--augmented", "3"])
    #expect(many.status == 64 && many.errors.contains("more than the 2 crops"))
    // Another seed is another file.
    let other = try run(["embed", path("run"), Self.images, "--augmented", "2", "--crop-seed", "1", "--output", file])
    #expect(other.status == 64 && other.errors.contains("crops_seed"), "\(other.errors)")
    try fails(["embed", path("run"), Self.images, "--crop-seed", "1"], status: 64, "--augmented")
    #expect(try run(["knn", file, "--representation", "embedding", "--k", "3"]).status == 0)
  }

  @Test func badInput() throws {
    let words = ["finetune", path("run"), Self.images]
    try fails(words + ["--labels", "0%"], status: 64, "--labels 0%", "1%")
    try fails(words + ["--labels", "101%"], status: 64, "--labels 101%")
    try fails(words + ["--labels", "0.01"], status: 64, "ends with %")
    try fails(words + ["--labels", path("no.txt")], status: 66, "no.txt")
    try fails(words + ["--labels", "1%", "--label-list-kind", "ids"], status: 64, "is for a list")
    try fails(words + ["--label-seed", "1"], status: 64, "is for a share")
    try Data("n1.JPEG\nn2.JPEG\n".utf8).write(to: folder.url.appending(path: "list.txt"))
    try fails(words + ["--labels", path("list.txt")], status: 65, "n1.JPEG, n2.JPEG", "not usable rows of train")
    try Data("0\n0\n7\n7\n".utf8).write(to: folder.url.appending(path: "twice.txt"))
    try fails(
      words + ["--labels", path("twice.txt"), "--label-list-kind", "rows"], status: 65, "entries 0, 7", "stand twice")
    try fails(words + ["--set", "learning_rate=1"], status: 64, "learning_rate", "lr")
    try fails(words + ["--protocol", "simclr"], status: 64, "simclr")
    try fails(["finetune", path("nothing"), Self.images], status: 66, "nothing")
    try fails(["finetune", path("run")], status: 64, "SOURCE")
    try FileManager.default.copyItem(atPath: path("run"), toPath: path("other"))
    let tuned = ["finetune", path("run"), Self.images, "--output", path("other"), "--resume"]
    let refused = try run(tuned + Self.quick)
    #expect(refused.status == 64 && refused.errors.contains("is of a training run"), "\(refused.errors)")
  }
}
