import Foundation
import MVCore
import MVImaging
import MVNetworks
import MVRepresentations
import MVYAML
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

struct ReleasedConfigurationTests {
  /// In the shape of the released files, with every key of theirs.
  static let selfSupervised = """
    batch_size: 64
    epochs: 30
    warmup_epochs: 3
    log_every: 7
    eval_every: 2
    n_workers: 4
    fp16: False
    accumulate_grad_batches: 4
    normalize_z: True
    fine_tune_from:
    std_margin: 0.5
    optimizer: adamw
    wd: 1e-5
    lr: 3e-4
    scheduler: warmup_cosine
    dataset:
      name: cifar10
      size: 32
      n_classes: 10
      path: somewhere
      aug_policy: cifar
    scatnet:
      J: 3
      shape: [32, 32]
      L: 6
    encoder_type: resnet
    encoder:
      out_dim: 64-32
      small_kernel: True
      backbone: resnet18
    hog:
      nbins: 12
      pool: 4
    comment: a trial
    """
  static let distillation = """
    batch_size: 64
    epochs: 30
    warmup_epochs: 3
    fp16: True
    accumulate_grad_batches: 1
    normalize_z: False
    std_margin: 1
    optimizer: adam
    wd: 1e-6
    lr: 1e-4
    dataset: {name: stl10, size: 96, n_classes: 10, path: , aug_policy: custom}
    encoder_type: resnet
    encoder: {out_dim: 128, small_kernel: False}
    clip: {model_name: ViT-X, pretrained: tag}
    comment: none
    """

  func read(_ yaml: String) throws -> ReleasedConfiguration {
    let root = try YAMLNode(parsing: Data(yaml.utf8), file: "r.yaml")
    #expect(ReleasedConfiguration.recognizes(root))
    return try ReleasedConfiguration(root)
  }

  @Test func everyKeyIsAccountedFor() throws {
    let released = try read(Self.selfSupervised)
    #expect(released.kind == .selfSupervised && released.obstacle == nil)
    let configuration = released.configuration
    let settings = configuration.settings
    #expect(settings.batchSize == 64 && settings.epochs == 30 && settings.warmupEpochs == 3)
    #expect(settings.validateEvery == 2 && settings.precision == .float32 && settings.accumulate == 4)
    #expect(settings.normalizeZ && settings.margin == 0.5 && settings.optimizer == .adamw)
    #expect(settings.weightDecay == 1e-5 && settings.lr == 3e-4 && settings.scheduler == .warmupCosine)
    #expect(settings.encoder == .resnet18 && settings.stem == .smallKernel && settings.projector == [64, 32])
    #expect(settings.policy == .cifar && settings.normalization == .cifar && settings.releasedSign)
    #expect(settings.releasedAugment)
    #expect(settings.representations == .named(["pixels", "scattering", "augment", "hog-layer", "std"]))
    #expect(settings.representationScales == ["scattering": 0.03125] && settings.embeddingScale == 1.0 / 32)
    #expect(configuration.source == "cifar10:somewhere" && configuration.split == nil)
    #expect(
      configuration.expected.map(\.description) == [
        "scattering:J=3,L=6", "hog-layer:cell_size=4,orientations=12,variant=released", "std",
      ])
    #expect(configuration.expectedNormalization == .cifar)
    let root = try YAMLNode(parsing: Data(Self.selfSupervised.utf8), file: "r.yaml")
    let keys = try root.entries().flatMap { entry in
      if case .mapping(let inside) = entry.value.content { return inside.map { "\(entry.name).\($0.name)" } }
      return [entry.name]
    }
    #expect(released.rows.map(\.key).filter { $0 != "the released step" } == keys)
    #expect(released.rows.allSatisfy { !$0.becomes.isEmpty || !$0.remark.isEmpty })
    // The translation is a configuration of this package.
    let printed = try YAMLNode(parsing: Data(configuration.yaml.utf8), file: "p.yaml")
    #expect(!ReleasedConfiguration.recognizes(printed))
    #expect(try TrainingConfiguration(printed) == configuration)
  }

  @Test func distillationHasARoleForItsTeacher() throws {
    let released = try read(Self.distillation)
    #expect(released.kind == .distillation && released.obstacle == nil)
    var configuration = released.configuration
    let error = #expect(throws: MVError.self) { try configuration.checkTeachers(source: "stl10:DIR") }
    #expect(error?.kind == .usage && error?.subject == "teacher clip")
    #expect(
      error?.remedy.contains(
        "mvmr embed FILE.pt stl10:DIR --split train+unlabeled --set size=224 --set normalization=imagenet --name clip "
          + "--output clip.h5") == true, "\(error as Any)")
    try configuration.fillTeachers(with: ["vit.pt"])
    try configuration.checkTeachers()
    let settings = configuration.settings
    let teacher = try #require(settings.teachers.first)
    #expect(settings.teachers.count == 1 && teacher.path == "vit.pt" && teacher.label == "clip")
    #expect(teacher.size == ImageSize(height: 224, width: 224))
    #expect(teacher.normalization == .imagenet && teacher.scale == 1.0 / 32)
    #expect(settings.representations == .none && !settings.releasedSign && !settings.releasedAugment)
    #expect(settings.encoder == .resnet50 && settings.stem == .imagenet && settings.projector == [128])
    #expect(configuration.split == "train+unlabeled" && configuration.source == nil)
    // Batches of the 8,000 test images: the released code steps its schedule for them, too.
    #expect(settings.scheduler == .cosineWaves && settings.minLR == 0 && settings.waveBatches == 125)
    #expect(released.rows.contains { $0.key == "scheduler" && $0.value == "absent" && $0.remark.contains("swings") })
  }

  @Test(arguments: [
    ("epochs: 30", "epoch: 30", "r.yaml:2:8", "epoch is not a key"),
    ("fine_tune_from:", "fine_tune_from: a.ckpt", "r.yaml:10:17", "--resume"),
    ("scheduler: warmup_cosine", "", "r.yaml", "scheduler"),
    ("scheduler: warmup_cosine", "scheduler: steps", "r.yaml:15:12", "steps"),
    ("optimizer: adamw", "optimizer: lamb", "r.yaml:12:12", "lamb"),
    ("lr: 3e-4", "lr: 2*1e-4", "r.yaml:14:5", "lr"),
    ("name: cifar10", "name: mnist", "r.yaml:17:9", "mnist"),
    ("  size: 32", "  size: 64", "r.yaml:18:9", "32"),
    ("aug_policy: cifar", "aug_policy: strong", "r.yaml:21:15", "custom"),
    ("aug_policy: cifar", "aug_policy: cifar\n  n_aug: 2", "r.yaml:22:10", "n_aug=2"),
    ("shape: [32, 32]", "shape: [64, 64]", "r.yaml:24:10", "scatnet.shape"),
    ("encoder_type: resnet", "encoder_type: deit", "r.yaml:26:15", "deit"),
    ("backbone: resnet18", "backbone: vgg", "r.yaml:30:13", "resnet8x4"),
    ("nbins: 12", "nbins: 0", "r.yaml:32:10", "hog.nbins"),
    ("pool: 4", "pool: 4\n  max_angle: 6.28", "r.yaml:34:14", "hog.max_angle"),
    ("J: 3", "J: 3\n  max_order: 1", "r.yaml:24:14", "scatnet.max_order"),
  ]) func whatCannotBeHonouredIsAnError(_ old: String, _ new: String, _ place: String, _ word: String) throws {
    let yaml = Self.selfSupervised.replacing(old, with: new, maxReplacements: 1)
    let error = #expect(throws: MVError.self) { try read(yaml) }
    #expect(error?.subject == place && error?.description.contains(word) == true, "\(error as Any)")
    #expect(error?.remedy.isEmpty == false)
  }

  @Test func evaluationsAreNotTraining() throws {
    let voc = """
      batch_size: 8
      num_classes: 20
      dataset: {name: voc, n_classes: 20}
      encoder: {out_dim: 8-8}
      """
    let linear = try read(voc)
    #expect(
      linear.evaluationCommand == "mvmr embed run voc07:DIR --size 224 --output embedding.h5 && "
        + "mvmr probe embedding.h5 --representation embedding")
    #expect(linear.obstacle?.remedy.hasSuffix(linear.evaluationCommand ?? "?") == true)
    let semi = """
      batch_size: 8
      num_features: 2048
      dataset: {name: imagenet, n_classes: 10, size: 224, path: <>, percentage: 10}
      encoder: {out_dim: 8-8}
      """
    let released = try read(semi)
    #expect(released.kind == .semiSupervised && released.obstacle?.kind == .usage)
    #expect(
      released.evaluationCommand == "mvmr finetune run imagenet:DIR --size 224 --labels 10% --output tuned "
        + "--set batch_size=8 --set head_lr=0.0001 --set policy=custom")
    #expect(released.rows.contains { $0.key == "dataset.percentage" && $0.becomes == "--labels 10%" })
  }

  @Test func filesOfThisPackageAreNotMistaken() throws {
    for yaml in ["", "epochs: 3", "dataset: x\nencoder: resnet18", "dataset: {name: x}", "[1, 2]"] {
      #expect(!ReleasedConfiguration.recognizes(try YAMLNode(parsing: Data(yaml.utf8), file: "r.yaml")))
    }
    for name in BuiltInConfiguration.allCases {
      #expect(!ReleasedConfiguration.recognizes(try YAMLNode(parsing: name.yaml, file: "r.yaml")))
    }
  }

  /// The released repository's own files, where a clone of it stands beside this one.
  @Test func theirOwnFilesAreRead() throws {
    let clone = Fixture.root.deletingLastPathComponent().appending(path: ".mirror/vkinakh+mv-mr/repo")
    guard FileManager.default.fileExists(atPath: clone.path) else {
      print("skipped: the released repository is not there")
      return
    }
    func git(_ arguments: String...) throws -> Data {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/git")
      process.arguments = ["-c", "safe.directory=*", "-C", clone.path] + arguments
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return data
    }
    let names = String(decoding: try git("ls-tree", "-r", "--name-only", "HEAD", "configs"), as: UTF8.self)
      .split(separator: "\n").filter { $0.hasSuffix(".yaml") }.map(String.init)
    #expect(names.count == 8)
    for name in names {
      let root = try YAMLNode(parsing: try git("show", "HEAD:\(name)"), file: name)
      #expect(ReleasedConfiguration.recognizes(root), "\(name)")
      let released = try ReleasedConfiguration(root)
      let trains = name.contains("self_super")
      #expect((released.obstacle == nil) == trains, "\(name)")
      #expect(released.rows.count >= 14)
      #expect(released.configuration.settings.projector.last == 8192)
      #expect(
        try TrainingConfiguration(YAMLNode(parsing: Data(released.configuration.yaml.utf8), file: "p"))
          == released.configuration)
    }
  }
}
