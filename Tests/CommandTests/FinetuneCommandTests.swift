import Foundation
import MVCore
import MVImaging
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
      ["finetune", path("run"), Self.images, "--labels", "all", "--output", path("tuned"), "--resume"] + Self.quick)
    #expect(other.status == 64 && other.errors.contains("labels 30%"), "\(other.errors)")
    // What was tuned is scored as it scored itself.
    let scored = try succeeds(
      ["evaluate", path("tuned/best.ckpt"), Self.images, "--head", "--output", path("evaluation"), "--json"]
    ).json()
    #expect(scored["head"] as? String == "fc")
    let top1 = try #require(scored["head_top1"] as? Double)
    #expect(abs(top1 - (try #require(test["top1"] as? Double))) < 1e-9)
  }

  /// A run goes on by its folder alone, and what was moved is found where it is said to be.
  @Test func whatWasMovedIsNamedAgain() throws {
    let pictures = try Fixture.images("images/rgb32")
    for split in ["train", "test"] {
      for (number, label) in ["round", "square"].enumerated() {
        let place = folder.url.appending(path: "here/\(split)/\(label)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for index in 0..<6 {
          try pictures[(6 * number + index) % pictures.count].writePNG(to: place.appending(path: "\(index).png"))
        }
      }
    }
    func move(_ from: String, _ to: String) throws {
      try FileManager.default.moveItem(atPath: path(from), toPath: path(to))
    }
    let begun = try succeeds(
      ["finetune", path("run"), "folder:\(path("here"))", "--labels", "60%", "--label-seed", "2", "--json"]
        + ["--decode", "fast", "--alpha", "white"]
        + ["--output", path("tuned"), "--set", "batch_size=4"] + ["--set", "epochs=1", "--set", "precision=float32"]
    ).json()
    let resume = ["--resume", "--output", path("tuned")]
    func goesOn(_ words: [String], at location: SourceLocation = #_sourceLocation) throws {
      let again = try succeeds(["finetune"] + words + resume + ["--json"], at: location).json()
      #expect(again as NSDictionary == begun as NSDictionary, sourceLocation: location)
    }
    func stops(_ words: [String], _ parts: String..., at location: SourceLocation = #_sourceLocation) throws {
      let outcome = try run(["finetune"] + words + resume)
      #expect(outcome.status == 66, "\(outcome.errors)", sourceLocation: location)
      for part in parts {
        #expect(outcome.errors.contains(part), "\(part) in: \(outcome.errors)", sourceLocation: location)
      }
    }
    try goesOn([])
    // The images are decoded as the run began, also where they are named again, and no other way.
    let images = [path("run"), "folder:\(path("here"))"]
    try goesOn(images)
    for words in [[], images] {
      let refused = try run(["finetune"] + words + ["--decode", "exact"] + resume)
      #expect(refused.status == 64 && refused.errors.contains("decoded fast, over white"), "\(refused.errors)")
    }
    try move("run", "elsewhere")
    try stops([], "run/last.ckpt", "is not there any more", "finetune NETWORK --output")
    try goesOn([path("elsewhere")])
    try move("here", "there")
    try stops([path("elsewhere")], "here", "is not there any more", "finetune folder:WHERE --output")
    try goesOn([path("elsewhere"), "folder:\(path("there"))"])
    try move("elsewhere", "run")
    try goesOn(["folder:\(path("there"))"])
    let nothing = try run(["finetune", "--resume", "--output", path("nothing")])
    #expect(nothing.status == 66 && nothing.errors.contains("holds no run to resume"), "\(nothing.errors)")
  }

  @Test func trainingMayBeginWithTheHeadBesideTheEncoder() throws {
    func score(_ network: String) throws -> Double {
      let words = ["evaluate", network, Self.images, "--head", "--output", "\(network)-scores", "--json"]
      return try #require(try succeeds(words).json()["head_top1"] as? Double)
    }
    let words = ["finetune", path("run"), Self.images, "--protocol", "mv-mr", "--from-head", "--set", "epochs=1"]
    _ = try succeeds(words + ["--set", "head_lr=0", "--output", path("still")])
    #expect(try score(path("still/best.ckpt")) == score(path("run")))
    try #require(run(["train", Self.images, "--output", path("plain")] + Self.small).status == 0)
    try fails(
      ["finetune", path("plain"), Self.images, "--from-head"], status: 64, "holds no classifier to begin with",
      "online_head=true")
  }

  @Test func protocolsSetWhatTheirPapersSay() throws {
    func settings(_ words: String...) throws -> [String: String] {
      let table = try succeeds(["finetune", "--settings", "--markdown"] + words).output.split(separator: "\n")
      return Dictionary(
        table.map { $0.split(separator: "|").map { $0.trimmingCharacters(in: ["`", " "]) } }.map { ($0[0], $0[1]) }
      ) { first, _ in first }
    }
    let whole = try settings("--protocol", "simclr", "--labels", "1%")
    #expect(whole["optimizer"] == "sgd_nesterov" && whole["epochs"] == "60" && whole["head_only"] == "false")
    #expect(whole["lr"] == "0.05" && whole["head_lr"] == "0.05" && whole["wd"] == "0.0" && whole["held_out"] == "0.0")
    let more = try settings("--protocol", "simclr", "--labels", "10%", "--set", "batch_size=1024")
    #expect(more["epochs"] == "30" && more["lr"] == "0.2" && more["batch_size"] == "1024")
    let head = try settings("--protocol", "simclr", "--head-only")
    #expect(
      head["head_only"] == "true" && head["epochs"] == "90" && head["head_lr"] == "1.6" && head["head_start"] == "zeros"
    )
    let dino = try settings("--protocol", "dino", "--set", "batch_size=256")
    #expect(dino["head_lr"] == "0.001" && dino["optimizer"] == "sgd" && dino["by_epoch"] == "true")
  }

  /// What the released code's semi-supervised file is refused with is a command that works.
  @Test func theRemedyOfAReleasedFileWorks() throws {
    for (split, count) in [("train", 8), ("val", 4)] {
      for (number, name) in ["n00000001", "n00000002"].enumerated() {
        let place = folder.url.appending(path: "data/\(split)/\(name)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for index in 0..<count {
          let pictures = try Fixture.images("images/rgb45x37")
          try pictures[(number + index) % pictures.count].writePNG(to: place.appending(path: "\(name)_\(index).JPEG"))
        }
      }
    }
    let yaml = """
      batch_size: 8
      epochs: 1
      eval_every: 1
      n_workers: 1
      fp16: False
      accumulate_grad_batches: 1
      fine_tune_from:
      wd: 1e-6
      lr: 1e-4
      num_features: 8
      dataset: {name: imagenet, n_classes: 2, size: 32, path: \(path("data")), percentage: 50}
      encoder: {out_dim: 8-8}
      comment: a trial
      """
    try Data(yaml.utf8).write(to: folder.url.appending(path: "semi.yaml"))
    let refused = try run(["train", "--config", path("semi.yaml"), "--output", path("none")])
    #expect(refused.status == 64, "\(refused.errors)")
    let line = try #require(refused.errors.split(separator: "\n").last { $0.contains("mvmr finetune") })
    let command = try #require(line.components(separatedBy: "then: mvmr ").last).split(separator: " ").map(String.init)
    #expect(command.contains("50%") && command.contains("policy=custom"), "\(command)")
    let outcome = try Tool.run(Tool.folder.appending(path: "mvmr"), command, in: folder.url)
    #expect(outcome.status == 0, "\(command): \(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: path("tuned/best.ckpt")))
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

  /// As in training: threads that are too many wait for each other.
  @Test(.enabled(if: Parallel.processorCount < 256, "more processors than the setting takes threads"))
  func threadsAreNoMoreThanTheProcessorsBear() throws {
    let (processors, most) = (Parallel.processorCount, max(16, 4 * Parallel.processorCount))
    let words = ["finetune", path("run"), Self.images]
    for threads in [most + 1, 1024] {
      try fails(
        words + ["--set", "threads=\(threads)"], status: 64, "threads=\(threads)", "\(processors) processor",
        "\(most) at most", "threads=0")
    }
    // A run may go on with other threads than before, and no more than these.
    let made = words + ["--output", path("tuned"), "--head-only"] + Self.quick
    _ = try succeeds(made + ["--set", "threads=\(most)", "--set", "epochs=1"])
    let before = try Data(contentsOf: folder.url.appending(path: "tuned/last.ckpt"))
    let resumed = try run(["finetune", "--resume", "--output", path("tuned"), "--set", "threads=\(most + 1)"])
    #expect(resumed.status == 64 && resumed.errors.contains("threads=\(most + 1)"), "\(resumed.errors)")
    #expect(try Data(contentsOf: folder.url.appending(path: "tuned/last.ckpt")) == before)
    _ = try succeeds(["finetune", "--resume", "--output", path("tuned"), "--set", "threads=1"])
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
    try fails(words + ["--protocol", "mv-mr-2022"], status: 64, "mv-mr-2022")
    try fails(["finetune", path("nothing"), Self.images], status: 66, "nothing")
    try fails(["finetune", path("run")], status: 64, "SOURCE")
    try FileManager.default.copyItem(atPath: path("run"), toPath: path("other"))
    let tuned = ["finetune", path("run"), Self.images, "--output", path("other"), "--resume"]
    let refused = try run(tuned + Self.quick)
    #expect(refused.status == 64 && refused.errors.contains("is of a training run"), "\(refused.errors)")
  }
}
