import Foundation
import MVCore
import MVDatasets
import MVEvaluation
import MVImaging
import MVStore
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// Networks that this package did not train: as encoder, as start, as teacher, and tuned on labels.
@Suite(.serialized) struct AnyNetworkTests {
  private static let transformer: NetworkArchitecture = {
    var made = VisionTransformerConfiguration(patch: 4, width: 64, depth: 2, heads: 4, hidden: 96, imageSize: 8)
    (made.registers, made.layerScale, made.activation) = (2, true, .quickGELU)
    (made.epsilon, made.positions, made.preNormalization) = (1e-5, .bicubicAligned, true)
    return .transformer(made)
  }()

  private static func settings(
    _ architecture: NetworkArchitecture = transformer, epochs: Int = 2
  ) -> TrainingSettings {
    var settings = TrainerTests.settings(epochs: epochs)
    settings.widths = []
    settings.encoder = .network(NetworkReference(to: architecture))
    return settings
  }

  /// A file of weights as other programs write them, those of the formula, with two heads more than are trained.
  private func file(
    _ architecture: NetworkArchitecture, in folder: TemporaryFolder, _ name: String, _ settings: NetworkSettings
  ) throws -> TrainedNetwork {
    let url = folder.url.appending(path: name)
    if !FileManager.default.fileExists(atPath: url.path) {
      let backbone = try architecture.backbone(seed: nil)
      try fill(backbone.state)
      try TensorFile.write(backbone.state, metadata: [:], to: url)
    }
    return try TrainedNetwork(at: url.path, settings)
  }

  private static let said: NetworkSettings = {
    var said = NetworkSettings()
    (said.heads, said.activation, said.epsilon, said.positions) = (4, .quickGELU, 1e-5, .bicubicAligned)
    return said
  }()

  private static let headed: NetworkArchitecture = {
    guard case .transformer(var made) = transformer else { return transformer }
    made.classes = 7
    return .transformer(made)
  }()

  @Test func encodersAreWrittenAndReadAsText() throws {
    for choice in EncoderChoice.shaped + [
      .network(.published("vit-tiny-16")), .network(.structure(Self.transformer)),
    ] {
      #expect(EncoderChoice(choice.description) == choice)
      var settings = TrainingSettings()
      settings.encoder = choice
      #expect(try TrainingSettings(settingValues: settings.settingValues).encoder == choice)
    }
    #expect(EncoderChoice("torchvision/resnet101") == .network(.published("resnet101")))
    #expect(NetworkReference(to: Self.headed) == .structure(Self.transformer))
    for entry in NetworkCatalogue.standard.entries {
      let reference = NetworkReference(to: entry.architecture)
      #expect(reference.architecture == entry.architecture.withoutHeads, "\(entry.name)")
    }
    var settings = TrainingSettings()
    #expect(message { try settings.set("encoder", parsing: "resnet19") }.contains("a name of mvmr networks"))
    try settings.set("encoder", parsing: "vit_tiny_patch16_224")
    settings.stem = .cifar
    #expect(message { _ = try settings.architecture() }.contains("encoder=vit-tiny-16"))
    (settings.stem, settings.widths) = (nil, [4])
    #expect(message { _ = try settings.architecture() }.contains("widths=4"))
  }

  /// Every kind of network trains, ends in a checkpoint that is enough to make it again, and resumes to the same bytes.
  @Test(arguments: [
    transformer, .modifiedResidual(ModifiedResNetConfiguration(width: 8, blocks: [1, 1, 1, 1], projection: 12)),
    .residual(
      ResidualConfiguration(
        block: .basic, stem: .cifar, stemWidth: 4, widths: [4, 8, 12], blocks: [1, 1, 1], zeroInitResidual: false,
        shortcut: .padded)),
  ]) func aRunOfAnyNetworkResumesToTheSameBytes(_ architecture: NetworkArchitecture) throws {
    let folder = try TemporaryFolder()
    let side = if case .modifiedResidual = architecture { 32 } else { 20 }
    let source = MemorySource([("train", FinetunerTests.labels(18))], side: side)
    let data = try TrainingData(
      source: source, split: source.split("train"), targets: [.pixels])
    func trainer(_ name: String, resuming: Bool = false) throws -> Trainer {
      try Trainer(
        Self.settings(architecture), data: data, folder: folder.url.appending(path: name), resuming: resuming)
    }
    try trainer("whole").run()
    let cancellation = Cancellation()
    let part = try trainer("part")
    #expect(throws: MVError.self) { try part.run(cancellation: cancellation) { _ in cancellation.cancel() } }
    try trainer("part", resuming: true).run()
    let urls = ["whole", "part"].map { Trainer.checkpoint(in: folder.url.appending(path: $0)) }
    #expect(try Data(contentsOf: urls[0]) == Data(contentsOf: urls[1]))

    // Weights moved, and the checkpoint is read as a file of weights too, with what shapes do not tell.
    let trained = try Checkpoint(contentsOf: urls[0])
    let start = try Self.settings(architecture).untrainedEncoder().state.map { try $0.tensor.values() }
    #expect(try trained.encoder().state.map { try $0.tensor.values() } != start)
    let file = try NetworkFile(contentsOf: urls[0])
    #expect(file.architecture.withoutHeads == architecture.withoutHeads)
    let images = try source.images(0..<4, of: source.split("train"))
    let own = try Embedder(checkpoint: urls[0], threads: 1).embed(images)
    let other = try Embedder(file.backbone(), preprocessing: file.preprocessing).embed(images)
    #expect(own == other && own.columns == architecture.featureCount)
  }

  /// TorchScript is a program: one that is named as a checkpoint is not run unasked.
  @Test func scriptsAreRunByTheirNamesAlone() throws {
    let folder = try TemporaryFolder()
    for name in ["last.ckpt", "weights.pth", "noending"] {
      let copy = folder.url.appending(path: name)
      try FileManager.default.copyItem(at: URL(filePath: TeacherTests.tiny), to: copy)
      let error = #expect(throws: MVError.self) { try TrainedNetwork(at: copy.path) }
      #expect(error?.kind == .usage && error?.problem.hasPrefix("is TorchScript") == true)
      #expect(throws: MVError.self) {
        try Teacher(TeacherSettings(parsing: copy.path), imageSize: ImageSize(height: 32, width: 32))
      }
      guard case .script = try TrainedNetwork(at: copy.path, runningScripts: true) else {
        return #expect(Bool(false), "asked for")
      }
    }
    for ending in TrainedNetwork.scriptEndings {
      let copy = folder.url.appending(path: "a.\(ending.uppercased())")
      try? FileManager.default.removeItem(at: copy)
      try FileManager.default.copyItem(at: URL(filePath: TeacherTests.tiny), to: copy)
      guard case .script = try TrainedNetwork(at: copy.path) else { return #expect(Bool(false), "\(ending)") }
    }
  }

  @Test func aRunBeginsWithWeightsOfOtherPrograms() throws {
    let folder = try TemporaryFolder()
    let start = try file(Self.headed, in: folder, "vit.safetensors", Self.said)
    var settings = try start.settings(Self.settings())
    #expect(settings.encoder == .network(.structure(Self.transformer)) && settings.normalization != nil)
    (settings.lr, settings.minLR) = (0, 0)
    let trainer = try Trainer(
      settings, data: TrainerTests.data(), folder: folder.url.appending(path: "run"), initial: start)
    #expect(trainer.notices.contains { $0.contains("vit.safetensors") && $0.contains("vision transformer") })
    try trainer.run()
    guard case .weights(let weights) = start else { throw CocoaError(.featureUnsupported) }
    let own = try Embedder(checkpoint: Trainer.checkpoint(in: folder.url.appending(path: "run")), threads: 1)
    let theirs = try Embedder(weights.backbone(), preprocessing: weights.preprocessing).embed(TrainerTests.images)
    #expect(try own.embed(TrainerTests.images) == theirs)

    let other = message {
      _ = try Trainer(
        TrainerTests.settings(), data: TrainerTests.data(), folder: folder.url.appending(path: "other"), initial: start)
    }
    #expect(other.contains("is a vision transformer") && other.contains("leave encoder"), "\(other)")
    let script = try TrainedNetwork(at: TeacherTests.tiny)
    #expect(message { _ = try script.settings() }.contains("state_dict"))
  }

  /// What names and shapes do not tell stands in the header of an export.
  @Test func exportsAreReadBackAsTheSameNetwork() throws {
    let folder = try TemporaryFolder()
    guard case .transformer(var made) = Self.transformer else { return }
    made.projection = 6
    guard case .weights(let file) = try file(.transformer(made), in: folder, "clip.safetensors", Self.said) else {
      throw CocoaError(.featureUnsupported)
    }
    let url = folder.url.appending(path: "export.safetensors")
    try file.export(as: .safetensors, to: url)
    let back = try NetworkFile(contentsOf: url)
    #expect(back.architecture == file.architecture && back.preprocessing == file.preprocessing)

    // One whose means are not three is no teacher and embeds nothing.
    try SafeTensorsHeader.change(url) { header in
      var texts = try #require(header["__metadata__"] as? [String: String])
      let text = try #require(texts["preprocessing"])
      var short = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      short["mean"] = [0.5]
      texts["preprocessing"] = String(decoding: try JSONSerialization.data(withJSONObject: short), as: UTF8.self)
      header["__metadata__"] = texts
    }
    let error = #expect(throws: MVError.self) {
      try Teacher(TeacherSettings(parsing: url.path), imageSize: .square(8))
    }
    #expect(error?.kind == .badData && error?.subject == url.path, "\(error as Any)")
  }

  @Test func imagesThatDoNotFitAreRefusedBeforeTheWork() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings()
    settings.encoder = .network(.published("vit-tiny-16"))
    let error = message { _ = try Trainer(settings, data: TrainerTests.data(), folder: folder.url) }
    #expect(error.contains("patches of 16x16") && error.contains("16x16"), "\(error)")
  }

  /// A teacher of weights is fed as published, gives what it was asked for, and is no part of the gradient.
  @Test func weightsAndRunsAreTeachers() throws {
    let folder = try TemporaryFolder()
    guard case .transformer(var made) = Self.transformer else { return }
    made.projection = 6
    guard case .weights(let file) = try file(.transformer(made), in: folder, "clip.safetensors", Self.said) else {
      throw CocoaError(.featureUnsupported)
    }
    let images = TrainerTests.images
    let said = "heads=4,activation=quick_gelu,epsilon=1e-5,positions=bicubic_aligned"
    func teacher(_ words: String = "") throws -> Teacher {
      try Teacher(
        TeacherSettings(parsing: "\(file.url.path),\(said)\(words)"), imageSize: ImageSize(height: 20, width: 20))
    }
    func direct(_ output: NetworkOutput, _ preprocessing: Preprocessing, _ side: Int) throws -> Matrix {
      let resized = try ImageBatch(
        (0..<images.count).map {
          try images[$0].resized(to: .square(side), preprocessing.framing.interpolation)
        })
      return try Embedder(file.backbone(), preprocessing: preprocessing, output: output).embed(resized)
    }
    #expect(try teacher().embed(images) == direct(.projection, file.preprocessing, 8))
    #expect(try teacher(",layer=features,size=20").embed(images) == direct(.features, file.preprocessing, 20))
    var plain = file.preprocessing
    (plain.mean, plain.deviation, plain.framing.interpolation) = ([0, 0, 0], [1, 1, 1], .bilinear)
    #expect(
      try teacher(",normalization=none,interpolation=bilinear,layer=stage1").embed(images)
        == direct(.stage(1), plain, 8))
    #expect(message { _ = try teacher(",size=14") }.contains("patches of 4x4"))
    #expect(message { _ = try teacher(",layer=logits") }.contains("is not one of this network"))

    // A run is a teacher as it was trained, and what is distilled from the file depends on it.
    try Trainer(TrainerTests.settings(epochs: 1), data: TrainerTests.data(), folder: folder.url.appending(path: "run"))
      .run()
    let run = folder.url.appending(path: "run").path
    let size = ImageSize(height: 20, width: 20)
    #expect(
      try Teacher(TeacherSettings(parsing: run), imageSize: size).embed(images)
        == Embedder(checkpoint: URL(filePath: "\(run)/last.ckpt"), threads: 1).embed(images))
    var settings = TrainerTests.settings(epochs: 1)
    settings.representations = .none
    settings.teachers = [
      try TeacherSettings(parsing: "\(file.url.path),\(said),name=clip"),
      try TeacherSettings(parsing: "\(run),name=run,layer=projection"),
    ]
    var terms: LossTerms?
    try Trainer(settings, data: TrainerTests.data(), folder: folder.url.appending(path: "distilled")).run {
      terms = $0.loss
    }
    #expect(terms?.names.suffix(2) == ["1-dcor_clip", "1-dcor_run"])
    #expect(terms?.values.suffix(2).allSatisfy { $0 > 0.01 && $0 < 0.99 } == true)
  }

  @Test func weightsOfOtherProgramsAreTuned() throws {
    let folder = try TemporaryFolder()
    let start = try file(Self.headed, in: folder, "vit.safetensors", Self.said)
    func tuner(_ name: String, resuming: Bool = false) throws -> Finetuner {
      try Finetuner(
        FinetunerTests.settings(epochs: 2), from: start, data: FinetunerTests.data(),
        folder: folder.url.appending(path: name), resuming: resuming)
    }
    try tuner("whole").run()
    let part = try tuner("part")
    let cancellation = Cancellation()
    #expect(throws: MVError.self) { try part.run(cancellation: cancellation) { _ in cancellation.cancel() } }
    let rest = try tuner("part", resuming: true)
    try rest.run()
    let files = ["whole", "part"].map { folder.url.appending(path: "\($0)/last.ckpt") }
    #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
    #expect(try rest.score()?.classes.count == 30)
    #expect(try TrainedNetwork(at: folder.url.appending(path: "part").path).url == rest.bestCheckpoint)
    #expect(try NetworkFile(contentsOf: folder.url.appending(path: "part")).url.path == rest.bestCheckpoint.path)
    // The tuned network is one that every other command takes.
    let tuned = try TrainedNetwork(at: rest.bestCheckpoint.path)
    guard case .weights(let given) = start, case .checkpoint(let checkpoint) = tuned else {
      throw CocoaError(.featureUnsupported)
    }
    #expect(try tuned.settings().encoder == start.settings().encoder)
    let before = try given.backbone().state.first { $0.name == "cls_token" }?.tensor.values()
    #expect(checkpoint.file.tensors["backbone.cls_token"]?.values != before)
    #expect(checkpoint.file.tensors["fc.weight"]?.shape == [3, 64])
    #expect(throws: MVError.self) {
      try Finetuner(
        FinetunerTests.settings(), from: TrainedNetwork(at: TeacherTests.tiny), data: FinetunerTests.data(),
        folder: folder.url.appending(path: "script"))
    }
  }
}
