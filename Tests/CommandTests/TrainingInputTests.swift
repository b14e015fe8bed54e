import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// Bad input of `mvmr train` and `mvmr embed` gives one line with file or setting and remedy, and writes nothing.
@Suite(.serialized) struct TrainingInputTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")
  private static let tiny = Fixture.url("teacher/tiny.pt").path

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private static let small = ["encoder=cifar-resnet", "widths=4-6-8", "projector=16-12", "batch_size=8", "epochs=1"]
    .flatMap { ["--set", $0] }

  private func fails(
    _ arguments: [String], status: Int32, _ parts: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    let output = path("out-\(UUID().uuidString)")
    let run = try Tool.run(tool, arguments + ["--output", output])
    #expect(run.status == status, "\(run.status) \(run.errors)", sourceLocation: location)
    let lines = run.errors.split(separator: "\n").filter { !$0.hasPrefix("note:") }
    #expect(lines.count == 1, "one line: \(run.errors)", sourceLocation: location)
    for part in parts { #expect(run.errors.contains(part), "\(part) in: \(run.errors)", sourceLocation: location) }
    #expect(run.output.isEmpty, sourceLocation: location)
    #expect(!FileManager.default.fileExists(atPath: output), "nothing is written", sourceLocation: location)
  }

  private func succeeds(_ arguments: [String], at location: SourceLocation = #_sourceLocation) throws {
    let run = try Tool.run(tool, arguments)
    try #require(run.status == 0, "\(run.errors)", sourceLocation: location)
  }

  @Test func dataAndSettings() throws {
    let train = ["train", "synthetic:40"] + Self.small
    try fails(train + ["--set", "batch_size=41"], status: 64, "batch_size=41", "40", "smaller")
    try fails(train + ["--set", "accumulate=6"], status: 64, "accumulate=6", "48 images")
    try fails(train + ["--set", "epoch=3"], status: 64, "epoch", "epochs")
    try fails(train + ["--set", "representations=hog"], status: 64, "representation hog", "pixels")
    try fails(train + ["--set", "representation_scales=hog=2"], status: 64, "representation_scales", "hog")
    try fails(train + ["--features", path("no.h5")], status: 66, "no.h5")
    try fails(train + ["--config", path("no.yaml")], status: 66, "no.yaml")
    try fails(train + ["--config", "builtin:mnist"], status: 64, "builtin:stl10")
    try fails(train + ["--split", "train+dev"], status: 64, "dev")
    try Data("encoder: resnet18\nepoch: 3\n".utf8).write(to: folder.url.appending(path: "c.yaml"))
    try fails(train + ["--config", path("c.yaml")], status: 64, "c.yaml:2:1", "epoch")
    // Where there is no CUDA, this says so; where there is, the run is made.
    let cuda = try Tool.run(tool, train + ["--device", "cuda", "--output", path("cuda")])
    #expect(
      cuda.status == 0
        || cuda.status == 64 && cuda.errors.contains("device=cuda") && cuda.errors.contains("device=cpu"),
      "\(cuda.errors)")
    try fails(train + ["--device", "tpu"], status: 64, "tpu", "cuda:N")
  }

  /// Many threads on few processors wait for each other, and a step seems to have no end.
  @Test(.enabled(if: Parallel.processorCount < 256, "more processors than the setting takes threads"))
  func threadsAreNoMoreThanTheProcessorsBear() throws {
    let (processors, most) = (Parallel.processorCount, max(16, 4 * Parallel.processorCount))
    let train = ["train", "synthetic:40"] + Self.small
    for threads in [most + 1, 1024] {
      try fails(
        train + ["--set", "threads=\(threads)"], status: 64, "threads=\(threads)", "\(processors) processor",
        "\(most) at most", "threads=0")
    }
    // Those of a configuration that another machine was meant for are not changed silently, and may be here.
    try Data("encoder: resnet18\nthreads: 1024\n".utf8).write(to: folder.url.appending(path: "large.yaml"))
    let configured = train + ["--config", path("large.yaml")]
    try fails(configured, status: 64, "threads=1024")
    try succeeds(configured + ["--set", "threads=2", "--output", path("run")])
  }

  @Test func lossesAndViews() throws {
    let train = ["train", "synthetic:40"] + Self.small
    func fails(_ settings: String..., of parts: [String], at location: SourceLocation = #_sourceLocation) throws {
      try self.fails(train + settings.flatMap { ["--set", $0] }, status: 64, parts[0], parts[1], at: location)
    }
    try fails("loss=simclr", "policy=none", of: ["setting policy=none", "loss=simclr"])
    try fails("second_view=random", "policy=none", of: ["setting policy=none", "second_view=random"])
    try fails("loss=byol", of: ["loss=byol", "mvmr|simclr|vicreg|barlow"])
    try fails("loss=simclr", "temperature=0", of: ["temperature=0", "0.0001"])
    try fails("loss=vicreg", "weight_variance=-1", of: ["weight_variance=-1", "0.0"])
    try fails("loss=barlow", "weight_off_diagonal=-1", of: ["weight_off_diagonal=-1", "0.0"])
    try fails("loss=simclr", "batch_size=1", of: ["batch_size=1", "2...65536"])
    try fails("loss=simclr", "representations=none", "weight_views=0", of: ["weight_views=0", "nothing to learn"])
    let nothing = ["weight_invariance=0", "weight_variance=0", "weight_covariance=0"]
    for representations in [["representations=none"], ["representations=pixels", "weight_representations=0"]] {
      let settings = ["loss=vicreg"] + representations + nothing
      try self.fails(
        train + settings.flatMap { ["--set", $0] }, status: 64, nothing.joined(separator: ", "), "nothing to learn")
    }
    try fails("local_crops=2", "policy=cifar", of: ["local_crops=2", "policy=cifar"])
    try fails("local_crops=2", "local_size=32", of: ["local_size=32", "leave it out"])
    try fails("ema=1", of: ["ema=1", "0.999999"])
    // With the remedy taken it runs, from the command line as from the library.
    let words = ["loss=vicreg", "policy=vicreg", "local_crops=1", "ema=0.9", "optimizer=lars", "wd_vectors=false"]
    try succeeds(train + ["--output", path("run")] + words.flatMap { ["--set", $0] })
    let names = ["invariance", "variance", "covariance"]
    let head = try String(contentsOf: folder.url.appending(path: "run/losses.csv"), encoding: .utf8).prefix {
      $0 != "\n"
    }
    #expect(head.hasPrefix("epoch,step,loss,\(names.joined(separator: ",")),learning_rate"))
    try succeeds(["embed", path("run"), "synthetic:40", "--output", path("rows.h5")])
    try succeeds(["train", "--resume", "--output", path("run"), "--set", "epochs=2"])
    let other = try Tool.run(tool, ["train", "--resume", "--output", path("run"), "--set", "loss=simclr"])
    #expect(other.status == 64 && other.errors.contains("setting loss=simclr"), "\(other.errors)")
  }

  @Test func searches() throws {
    let train = ["train", "synthetic:240"] + Self.small
    let rate = try Tool.run(tool, train + ["--find-lr", "--output", path("rate"), "--json"])
    try #require(rate.status == 0, "\(rate.errors)")
    #expect(rate.output.contains("\"points\"") && rate.output.contains("\"suggestion\""))
    // Batches of 8 images are too small to say much.
    #expect(rate.errors.contains("note: in batches of 8 images") && rate.errors.contains("a larger batch_size"))
    #expect(try String(contentsOf: folder.url.appending(path: "rate/find-lr.html"), encoding: .utf8).contains("<svg"))
    #expect(!FileManager.default.fileExists(atPath: path("rate/last.ckpt")))
    let batch = try Tool.run(tool, train + ["--find-batch"])
    #expect(batch.status == 0 && batch.output.hasPrefix("batch_size 128: "), "\(batch.output) \(batch.errors)")
    try fails(train + ["--find-batch", "--find-lr"], status: 64, "--find-lr", "first")
    try fails(train + ["--find-lr", "--resume"], status: 64, "--resume")
  }

  @Test func featureFilesOfOtherImages() throws {
    let train = ["train", "synthetic:40"] + Self.small
    try succeeds(["extract", "synthetic:48", "--representation", "hog", "--output", path("more.h5")])
    try fails(train + ["--features", path("more.h5")], status: 65, "more.h5", "other images")
    // The same images in another order, and under another kind of source.
    let images = try Fixture.images("images/rgb32")
    for (set, order) in [("one", [0, 1, 2, 3]), ("two", [3, 2, 1, 0])] {
      for (place, index) in order.enumerated() {
        let url = folder.url.appending(path: "\(set)/train/a/\(set == "two" ? "p" : "q")\(place).png")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try images[index].writePNG(to: url)
      }
    }
    try succeeds(["extract", "folder:\(path("one"))", "--representation", "hog", "--output", path("one.h5")])
    let two = ["train", "folder:\(path("two"))"] + Self.small + ["--set", "batch_size=4"]
    try fails(two + ["--features", path("one.h5")], status: 65, "one.h5", "another order")
    try fails(train + ["--features", path("one.h5")], status: 65, "one.h5", "folder", "synthetic")
    try fails(
      ["train", "synthetic:48"] + Self.small + ["--features", path("more.h5"), "--features", path("more.h5")],
      status: 64, "hog", "twice")
  }

  @Test func checkpointsOfOtherNetworks() throws {
    let run = path("run")
    try succeeds(["train", "synthetic:40", "--output", run] + Self.small)
    let checkpoint = try Data(contentsOf: folder.url.appending(path: "run/last.ckpt"))
    for (setting, name) in [("widths=4-6-10", "widths"), ("encoder=resnet18", "encoder"), ("seed=3", "seed")] {
      let other = try Tool.run(
        tool,
        ["train", "synthetic:40", "--output", run, "--resume"] + Self.small + ["--set", setting]
          + (name == "encoder" ? ["--set", "widths="] : []))
      #expect(other.status == 64 && other.errors.contains(name), "\(setting): \(other.errors)")
      #expect(other.errors.split(separator: "\n").filter { !$0.hasPrefix("note:") }.count == 1, "\(other.errors)")
    }
    let data = try Tool.run(tool, ["train", "synthetic:44", "--output", run, "--resume"] + Self.small)
    #expect(data.status == 65 && data.errors.contains("40 images"), "\(data.errors)")
    #expect(try Data(contentsOf: folder.url.appending(path: "run/last.ckpt")) == checkpoint)

    try checkpoint.prefix(checkpoint.count / 2).write(to: folder.url.appending(path: "cut.ckpt"))
    try fails(["embed", path("cut.ckpt"), "synthetic:40"], status: 65, "cut.ckpt", "cut off")
    try fails(["embed", path("no.ckpt"), "synthetic:40"], status: 66, "no.ckpt")
    try fails(["embed", run, "synthetic:40", "--set", "size=3"], status: 64, "--set", "checkpoint")
  }

  @Test func teachers() throws {
    let train = ["train", "synthetic:40"] + Self.small
    try fails(train + ["--teacher", path("no.pt")], status: 66, "no.pt")
    try fails(train + ["--teacher", Fixture.url("teacher/weights.pth").path], status: 65, "weights.pth", "TorchScript")
    try fails(train + ["--teacher", "\(Self.tiny),size=3"], status: 65, "tiny.pt", "3x3", "size=HxW")
    try fails(train + ["--teacher", "\(Self.tiny),size=100"], status: 65, "tiny.pt", "images are too large")
    try fails(train + ["--teacher", "\(Self.tiny),colour=3"], status: 64, "colour", "interpolation")
    try fails(["embed", Self.tiny, "synthetic:40", "--layer", "projector"], status: 64, "--layer", "TorchScript")
    try fails(["embed", Self.tiny, "synthetic:40", "--set", "weight=3"], status: 64, "weight=3")
    try fails(["embed", Fixture.url("teacher/broken.pt").path, "synthetic:40"], status: 65, "broken.pt", "a tuple")
    try fails(["embed", Fixture.url("teacher/weights.pth").path, "synthetic:40"], status: 65, "weights.pth")
  }

  @Test func aTeacherIsDistilledInTheStepOrFromItsFile() throws {
    let teacher = path("teacher.h5")
    try succeeds([
      "embed", Self.tiny, "synthetic:40", "--set", "normalisation=imagenet", "--name", "tiny", "--output", teacher,
    ])
    let knn = try Tool.mvmr("knn", teacher, "--representation", "tiny", "--k", "3", "--json")
    try #require(knn.status == 0, "\(knn.errors)")
    #expect(try knn.json()["train_rows"] as? Int == 40)
    try succeeds(["extract", "synthetic:40", "--representation", "hog", "--output", path("hog.h5")])
    func loss(_ name: String, _ options: [String]) throws -> [String: Double] {
      let run = try Tool.run(tool, ["train", "synthetic:40", "--output", path(name), "--json"] + Self.small + options)
      try #require(run.status == 0, "\(run.errors)")
      let epochs = try #require(try run.json()["epochs"] as? [[String: Any]])
      return try #require(epochs.first?["terms"] as? [String: Double])
    }
    let stored = try loss("stored", ["--features", path("hog.h5"), "--features", teacher])
    #expect(Set(stored.keys) == ["mse", "std", "1-dcor_zz", "1-dcor_hog", "1-dcor_tiny"])
    let live = try loss(
      "live", ["--features", path("hog.h5"), "--teacher", "\(Self.tiny),name=tiny,normalisation=imagenet"])
    for (name, value) in stored { #expect(abs(value - (live[name] ?? .nan)) < 1e-4, "\(name)") }
  }

  @Test func aConfigurationOfTheReleasedCodeTrains() throws {
    // CIFAR-10's binary layout, 48 images of noise.
    var random = SeededGenerator(seed: 6)
    let records = (0..<48 * 3073).map { UInt8($0 % 3073 == 0 ? $0 / 3073 % 10 : random.integer(below: 256)) }
    let images = folder.url.appending(path: "cifar")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    try Data(records).write(to: images.appending(path: "data_batch_1.bin"))
    try Data(
      """
      batch_size: 16
      epochs: 1
      warmup_epochs: 0
      accumulate_grad_batches: 1
      std_margin: 1
      optimizer: adam
      wd: 1e-6
      lr: 1e-4
      scheduler: warmup_cosine
      dataset: {name: cifar10, size: 32, n_classes: 10, path: "\(images.path)", aug_policy: cifar}
      scatnet: {J: 2, shape: [32, 32], L: 8}
      encoder_type: resnet
      encoder: {out_dim: 16-12, backbone: resnet18, small_kernel: True}
      hog: {nbins: 24, pool: 8}
      comment: trial
      """.utf8
    ).write(to: folder.url.appending(path: "released.yaml"))
    let train = ["train", "--config", path("released.yaml"), "--set", "widths=4-4-4-4", "--output", path("run")]
    // Without features it says how to make them; that command is then given.
    let bare = try Tool.run(tool, train)
    #expect(bare.status == 64 && bare.errors.contains("dataset.aug_policy"), "\(bare.errors)")
    let line = try #require(bare.errors.split(separator: "\n").last)
    let command = try #require(
      line.firstRange(of: "mvmr extract").map { line[$0.lowerBound...].prefix { $0 != "," || true } })
    let words = command.split(separator: " ").prefix { $0 != "and" }.map { String($0) }
    var extract = words.dropFirst().map { $0.hasSuffix(".h5,") ? String($0.dropLast()) : $0 }
    #expect(
      extract.contains("--normalize") && extract.contains("hog-layer:cell_size=8,orientations=24,variant=released"))
    extract[extract.count - 1] = path("features.h5")
    try succeeds(extract)
    try succeeds(train + ["--features", path("features.h5")])
    let terms = try String(contentsOf: folder.url.appending(path: "run/losses.csv"), encoding: .utf8)
    #expect(terms.contains("1-dcor_zz,dcor_pixels,dcor_scattering,dcor_augment,dcor_hog-layer,dcor_std"))
    // Features of the images as they are, or of another layer, are not what the file asks for.
    try succeeds([
      "extract", "cifar10:\(images.path)", "--representation", "scattering", "--representation",
      "hog-layer:variant=released", "--representation", "std", "--output", path("plain.h5"),
    ])
    let plain = ["train", "--config", path("released.yaml"), "--features", path("plain.h5"), "--output", path("x")]
    let refused = try Tool.run(tool, plain)
    #expect(refused.status == 65 && refused.errors.contains("not normalized by cifar"), "\(refused.errors)")
    let printed = try Tool.run(tool, ["train", "--config", path("released.yaml"), "--print-config"])
    #expect(printed.status == 0 && printed.output.contains("released_sign: true") && printed.errors.contains("becomes"))
    #expect(!FileManager.default.fileExists(atPath: path("x")))
  }
}
