import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// Distillation from the command line: roles of built-in and released configurations, networks and embeddings.
@Suite(.serialized) struct DistillationCommandTests {
  private let folder: TemporaryFolder
  private static let tiny = Fixture.url("teacher/tiny.pt").path
  private static let small =
    ["widths=4-4-4-4", "projector=12", "batch_size=16", "epochs=1", "warmup_epochs=0", "precision=float32"]
    .flatMap { ["--set", $0] }

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func mvmr(_ arguments: [String]) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
  }

  private func succeeds(_ arguments: [String], at place: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let run = try mvmr(arguments)
    try #require(run.status == 0, "\(run.errors)", sourceLocation: place)
    return run
  }

  /// The terms of the loss in the only epoch of a run.
  private func terms(_ run: Tool.Outcome) throws -> [String: Double] {
    let epochs = try #require(try run.json()["epochs"] as? [[String: Any]])
    return try #require(epochs.first?["terms"] as? [String: Double])
  }

  @Test(arguments: ["stl10-clip", "cifar100-clip", "imagenet-clip"])
  func builtInConfigurationsDistilANetworkOrItsEmbeddings(_ name: String) throws {
    // The small network stands for CLIP's; it takes no images of 224 pixels.
    let train = ["train", "synthetic:40", "--split", "train", "--size", "32x32", "--config", "builtin:\(name)"]
    let statistics = name == "cifar100-clip" ? "cifar" : "imagenet"
    let open = try mvmr(train + ["--output", "none"] + Self.small)
    #expect(open.status == 64 && open.errors.contains("teacher clip"), "\(open.errors)")
    #expect(
      open.errors.contains(
        "mvmr embed FILE.pt synthetic:40 --size 32x32 --split train --set size=224 --set normalization=\(statistics)"),
      "\(open.errors)")
    let live = try terms(
      succeeds(train + ["--teacher", "\(Self.tiny),size=32", "--output", "live", "--json"] + Self.small))
    #expect(Set(live.keys) == ["mse", "std", "1-dcor_zz", "1-dcor_clip"])

    _ = try succeeds([
      "embed", Self.tiny, "synthetic:40", "--set", "size=32", "--set", "normalization=\(statistics)", "--output",
      "teacher.h5",
    ])
    let stored = try succeeds(
      train + ["--features", "teacher.h5", "--output", "stored", "--json"] + Self.small)
    #expect(
      stored.errors.contains("was embedded with size=32; the configuration asks for size=224"), "\(stored.errors)")
    let rows = try terms(stored)
    for (term, value) in live {
      let other = try #require(rows[term == "1-dcor_clip" ? "1-dcor_teacher" : term])
      #expect(abs(value - other) < 1e-4, "\(term): \(value), stored \(other)")
    }
    let help = try succeeds(["train", "--help"])
    #expect(help.output.contains("builtin:\(name)"))
  }

  /// CIFAR-10's binary layout, 48 images of noise.
  private func cifar() throws -> URL {
    var random = SeededGenerator(seed: 6)
    let records = (0..<48 * 3073).map { UInt8($0 % 3073 == 0 ? $0 / 3073 % 10 : random.integer(below: 256)) }
    let images = folder.url.appending(path: "cifar")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    try Data(records).write(to: images.appending(path: "data_batch_1.bin"))
    return images
  }

  @Test func aReleasedDistillationRunsFromANetworkOrItsEmbeddings() throws {
    let images = try cifar()
    try Data(
      """
      batch_size: 16
      epochs: 1
      warmup_epochs: 0
      accumulate_grad_batches: 1
      normalize_z: False
      std_margin: 1
      optimizer: adam
      wd: 1e-6
      lr: 1e-4
      dataset: {name: cifar10, size: 32, n_classes: 10, path: "\(images.path)", aug_policy: cifar}
      encoder_type: resnet
      encoder: {out_dim: 16-12, small_kernel: True}
      clip: {model_name: ViT-B-16, pretrained: laion400m_e32}
      """.utf8
    ).write(to: folder.url.appending(path: "released.yaml"))
    let narrow = ["--set", "widths=4-4-4-4", "--set", "precision=float32", "--json"]
    let train = ["train", "--config", "released.yaml"] + narrow
    let bare = try mvmr(train + ["--output", "bare"])
    #expect(bare.status == 64 && bare.errors.contains("teacher clip"), "\(bare.errors)")
    #expect(!FileManager.default.fileExists(atPath: path("bare")))
    // What the remedy says, with the small network in the place of CLIP's, and its size.
    let start = try #require(bare.errors.firstRange(of: "mvmr embed "))
    let words = bare.errors[start.lowerBound...].prefix { $0 != "," }.split(separator: " ").dropFirst().map {
      ["FILE.pt": Self.tiny, "size=224": "size=32"][String($0)] ?? String($0)
    }
    #expect(words.contains("cifar10:\(images.path)") && words.contains("clip.h5"), "\(words)")
    _ = try succeeds(words)
    let stored = try succeeds(train + ["--features", "clip.h5", "--output", "stored"])
    let live = try succeeds(train + ["--teacher", "\(Self.tiny),size=32", "--output", "live"])
    let (own, other) = (try terms(stored), try terms(live))
    #expect(Set(own.keys) == ["mse", "std", "1-dcor_zz", "1-dcor_clip"] && own.keys == other.keys)
    for (term, value) in own { #expect(abs(value - (other[term] ?? .nan)) < 1e-4, "\(term)") }
    let printed = try succeeds(
      ["train", "--config", "released.yaml", "--features", "clip.h5", "--print-config"])
    for line in ["scheduler: cosine_waves", "representation_scales: {clip: 0.03125}", "representations: [clip]"] {
      #expect(printed.output.contains(line), "\(line) in \(printed.output)")
    }
    // A second teacher joins the first, and is not left out.
    let two = try terms(
      succeeds(
        train + [
          "--teacher", "\(Self.tiny),size=32", "--teacher", "\(Self.tiny),size=16,name=other", "--output", "two",
        ]))
    #expect(Set(two.keys) == ["mse", "std", "1-dcor_zz", "1-dcor_clip", "1-dcor_other"])
    // What it was trained on stands in the checkpoint: it goes on without being told.
    let longer = try mvmr(["train", "--resume", "--output", "stored", "--set", "epochs=2"])
    #expect(longer.status == 0, "\(longer.errors)")
  }

  @Test func aReleasedEvaluationSaysACommandThatWorks() throws {
    for (split, count) in [("train", 8), ("val", 4)] {
      for (label, color) in [("n01", 60), ("n02", 190)] {
        for index in 0..<count {
          let shape = ImageShape(height: 36, width: 40, channels: 3)
          let pixels = (0..<shape.count).map { UInt8(color + ($0 * (index + 3)) % 50) }
          let url = folder.url.appending(path: "DIR/\(split)/\(label)/\(index).png")
          try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
          try Image(shape: shape, pixels: .uint8(pixels)).writePNG(to: url)
        }
      }
    }
    try Data(
      """
      batch_size: 8
      epochs: 1
      lr: 1e-4
      wd: 1e-6
      num_features: 2048
      dataset: {name: imagenet, n_classes: 2, size: 32, path: <>, percentage: 50}
      encoder: {out_dim: 8-8}
      """.utf8
    ).write(to: folder.url.appending(path: "evaluation.yaml"))
    _ = try succeeds(
      ["train", "imagenet:DIR", "--size", "32", "--output", "run"] + Self.small + ["--set", "batch_size=8"])
    let run = try mvmr(["train", "--config", "evaluation.yaml", "--output", "x"])
    #expect(run.status == 64 && run.output.isEmpty, "\(run.errors)")
    let command = try #require(run.errors.firstRange(of: "mvmr finetune ")).lowerBound
    let line = String(run.errors[command...].prefix { $0 != "\n" })
    #expect(line.contains("--labels 50%"))
    let shell = try Tool.run(
      URL(filePath: "/bin/sh"), ["-c", line], in: folder.url,
      environment: ["PATH": "\(Tool.folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"])
    #expect(shell.status == 0 && shell.output.contains("best epoch 1 of 1"), "\(line): \(shell.errors)")
  }
}
