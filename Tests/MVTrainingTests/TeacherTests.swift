import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVFiles
import MVImaging
import MVStore
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

@Suite(.serialized) struct TeacherTests {
  static let tiny = Fixture.url("teacher/tiny.pt").path

  static func settings(_ text: String) throws -> TeacherSettings { try TeacherSettings(parsing: text) }

  func teacher(_ text: String, side: Int = 32) throws -> Teacher {
    try Teacher(Self.settings(text), imageSize: ImageSize(height: side, width: side))
  }

  @Test(arguments: [
    ("normalisation=imagenet", "tiny-rgb32"), ("mean=0.485,0.456,0.406,std=0.229,0.224,0.225", "tiny-rgb32"),
    ("mean=127,std=128,range=255", "tiny-scaled"), ("mean=0.498039216,std=0.501960784", "tiny-scaled"),
  ]) func embeddingsAreThoseOfPyTorch(_ input: String, _ golden: String) throws {
    let own = try teacher("\(Self.tiny),\(input)").embed(Fixture.images("images/rgb32"))
    #expect(own.columns == 12 && own.rows == 4)
    let expected = try Fixture.floats("teacher/\(golden)")
    #expect(largestDifference(own.values, expected) < 1e-5 * (expected.map(abs).max() ?? 0))
  }

  @Test(arguments: [
    ("resnet_cifar10/resnet56_features.ts.pt,normalisation=imagenet", "rgb32", "resnet56-rgb32", 64),
    ("efficientnet_lite0/efficientnet_lite0_features.ts.pt,mean=127,std=128,range=255", "rgb224", "lite0-rgb224", 1280),
  ]) func realTeachersEmbedAsInPyTorch(_ text: String, _ images: String, _ golden: String, _ columns: Int) throws {
    guard let folder = RealData.url("teachers") else {
      print("skipped: the real teachers are not there")
      return
    }
    let batch = try Fixture.images("images/\(images)")
    let own = try teacher("\(folder.path)/\(text)", side: batch.shape.height).embed(batch)
    #expect(own.columns == columns)
    let expected = try Fixture.floats("teacher/\(golden)")
    #expect(largestDifference(own.values, expected) < 1e-4 * (expected.map(abs).max() ?? 0))
  }

  @Test func imagesAreBroughtToTheTeachersSize() throws {
    let images = try Fixture.images("images/rgb32")
    for kernel in ["bilinear", "bicubic"] {
      let sized = try teacher("\(Self.tiny),size=20x24,interpolation=\(kernel)")
      let resized = try ImageBatch(
        (0..<images.count).map {
          try images[$0].resized(to: ImageSize(height: 20, width: 24), kernel == "bicubic" ? .bicubic : .bilinear)
        })
      let direct = try Teacher(Self.settings(Self.tiny), imageSize: ImageSize(height: 20, width: 24)).embed(resized)
      let own = try sized.embed(images, threads: 2)
      #expect(own == direct)
      #expect(try own != teacher(Self.tiny).embed(images))
    }
  }

  @Test func filesThatAreNoTeacherAreErrorsOfOneLine() throws {
    func failure(_ text: String, side: Int = 32) -> MVError? {
      do {
        _ = try teacher(text, side: side)
        return nil
      } catch { return error as? MVError }
    }
    let missing = try #require(failure("/nowhere/t.pt"))
    #expect(missing.kind == .missingInput && missing.subject == "/nowhere/t.pt")
    let weights = try #require(failure(Fixture.url("teacher/weights.pth").path))
    #expect(weights.kind == .badData && weights.subject.hasSuffix("weights.pth"))
    #expect(weights.problem.contains("no architecture that is known") && weights.remedy.contains("TorchScript"))
    let text = try #require(failure(Fixture.url("teacher/tiny-rgb32.npy").path))
    #expect(text.kind == .badData)
    let large = try #require(failure(Self.tiny, side: 65))
    #expect(large.subject == Self.tiny && large.problem.contains("images of 65x65 (images are too large)"), "\(large)")
    let small = try #require(failure("\(Self.tiny),size=3"))
    #expect(small.problem.contains("images of 3x3 (Calculated padded input size"), "\(small)")
    let several = try #require(failure(Fixture.url("teacher/broken.pt").path))
    #expect(several.problem.contains("gives a tuple") && several.remedy.contains("forward"), "\(several)")
    let wild = try #require(failure("\(Self.tiny),std=1e-38,mean=-3e38"))
    #expect(wild.problem.contains("not finite"), "\(wild)")
    let twice = try #require(failure("\(Self.tiny),normalization=cifar,mean=3"))
    #expect(twice.kind == .usage && twice.problem.contains("beside mean"))
    for error in [missing, weights, text, large, small, several, wild] {
      #expect(!error.description.contains("\n") && error.description.count < 500, "\(error)")
    }
    for text in ["t.pt,mean=1,2", "t.pt,std=0", "t.pt,size=big", "t.pt,colour=3", "t.pt,name=a b", "t.pt,mean"] {
      #expect(throws: MVError.self) { try Self.settings(text) }
    }
  }

  /// Networks that raise, with their cause in their own words, and those that give something else than rows.
  @Test(arguments: [
    ("silent", "(it raises RuntimeError without a message)", "size=HxW"),
    ("late", "(the cause is on the second line)", "size=HxW"), ("value", "(a value that does not fit)", "size=HxW"),
    ("dictionary", "gives a dictionary, not one tensor", "forward returns the features"),
    ("broken", "gives a tuple, not one tensor", "forward returns the features"),
    ("single", "embeds 1 image and not 3 (shape '[1, 3]' is invalid", "torch.jit.script"),
    ("mean", "gives [1, 3] for 3 images of 32x32", "torch.jit.script"),
    ("missing", "needs the operator mvmr::nothing, which this libtorch", "libtorch that has it"),
  ]) func networksThatAreOfNoUseSayWhy(_ name: String, _ problem: String, _ remedy: String) throws {
    let file = Fixture.url("teacher/\(name).pt").path
    let error = try #require(throws: MVError.self) { _ = try teacher(file) }
    #expect(error.subject == file && error.kind == .badData)
    #expect(error.problem.contains(problem) && error.remedy.contains(remedy), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test func fusedAttentionHasARemedyThatWorks() throws {
    if Torch.version.hasPrefix("1.") {
      let error = try #require(throws: MVError.self) {
        _ = try teacher(Fixture.url("teacher/attention.pt").path)
      }
      #expect(error.problem.contains("aten::scaled_dot_product_attention, which this libtorch, \(Torch.version)"))
      #expect(error.remedy.contains("Distillation.md"))
    }
    let own = try teacher("\(Fixture.url("teacher/attention-plain.pt").path),normalization=imagenet")
      .embed(Fixture.images("images/rgb32"))
    let expected = try Fixture.floats("teacher/attention-rgb32")
    #expect(largestDifference(own.values, expected) < 1e-5 * (expected.map(abs).max() ?? 0))
  }

  @Test func aRunWithATeacherLearnsFromItAndResumesToTheSameBytes() throws {
    let folder = try TemporaryFolder()
    var settings = TrainerTests.settings(epochs: 2)
    settings.representations = .named(["hog"])
    settings.representationWeights = ["hog": 0.5]
    var teacher = try Self.settings("\(Self.tiny),size=24,normalisation=imagenet,weight=2,scale=0.03125")
    settings.teachers = [teacher]
    func run(_ name: String, stopAfter: Int? = nil, resuming: Bool = false) throws -> [LossTerms] {
      let trainer = try Trainer(
        settings, data: TrainerTests.data(), folder: folder.url.appending(path: name), resuming: resuming)
      var terms: [LossTerms] = []
      let cancellation = Cancellation()
      do {
        try trainer.run(cancellation: cancellation) { progress in
          terms.append(progress.loss)
          if terms.count == stopAfter { cancellation.cancel() }
        }
      } catch {
        #expect(error.kind == .interrupted)
      }
      return terms
    }
    let whole = try run("whole")
    #expect(whole.count == 4 && whole[0].names == ["mse", "std", "1-dcor_zz", "1-dcor_hog", "1-dcor_teacher"])
    let first = whole[0]
    let sum = first.values[0] + first.values[1] + first.values[2] + 0.5 * first.values[3] + 2 * first.values[4]
    #expect(abs(first.total - sum) < 1e-9)
    #expect(first.values[4] > 0.05 && first.values[4] < 0.95)

    // A moved file of the same teacher is the same teacher; another under its name is not.
    let moved = folder.url.appending(path: "moved.pt")
    try FileManager.default.copyItem(at: URL(filePath: Self.tiny), to: moved)
    #expect(try run("part", stopAfter: 3).count == 3)
    teacher.path = moved.path
    settings.teachers = [teacher]
    let rest = try run("part", resuming: true)
    #expect(rest == Array(whole.suffix(1)))
    func weights(_ name: String) throws -> [String: [Float]] {
      try Checkpoint(contentsOf: Trainer.checkpoint(in: folder.url.appending(path: name))).file.tensors.mapValues(
        \.values)
    }
    #expect(try weights("whole") == weights("part"))
    teacher.weight = 1
    settings.teachers = [teacher]
    let other = #expect(throws: MVError.self) { try run("part", resuming: true) }
    #expect(other?.subject.hasPrefix("setting teachers=") == true)
    teacher.weight = 2
    let real = RealData.url("teachers/resnet_cifar10/resnet56_features.ts.pt")
    if let real {
      teacher.path = real.path
      settings.teachers = [teacher]
      let swapped = #expect(throws: MVError.self) { try run("part", resuming: true) }
      #expect(swapped?.problem.contains("another file of teacher teacher") == true)
    }
  }

  @Test func storedEmbeddingsAreTheSameTargetAsTheTeacherInTheStep() throws {
    let folder = try TemporaryFolder()
    let text = "\(Self.tiny),size=24,normalisation=imagenet"
    var settings = TrainerTests.settings(epochs: 1)
    settings.representations = .none
    settings.teachers = [try Self.settings(text)]
    func run(_ name: String, _ data: TrainingData) throws -> [Double] {
      var losses: [Double] = []
      try Trainer(settings, data: data, folder: folder.url.appending(path: name)).run { losses.append($0.loss.total) }
      return losses
    }
    let live = try run("live", TrainerTests.data())

    let pixels = folder.url.appending(path: "images.npy")
    guard case .uint8(let bytes) = TrainerTests.images.pixels else { return }
    try NumPyArray.write(bytes, shape: [18, 20, 20, 3], element: .uint8, to: pixels)
    let source = try NumPyImages(file: pixels)
    let file = folder.url.appending(path: "teacher.h5")
    let own = try teacher(text, side: 20)
    #expect(try own.write(EmbeddingJob(of: source, to: file)).rows == 18)
    let split = try FeatureFile(reading: file).splits[0]
    #expect(split.representations.map(\.name) == ["teacher"])
    #expect(split.representations[0].representation == "teacher")
    #expect(split.representations[0].settings["size"] == .string("24"))
    settings.teachers = []
    settings.representations = .named(["teacher"])
    let rows = try split.features("teacher")
    let stored = try run(
      "stored", TrainingData(images: TrainerTests.images, targets: [.stored("teacher", rows)]))
    #expect(zip(live, stored).allSatisfy { abs($0 - $1) < 1e-5 }, "\(live) \(stored)")

    // The same command again has nothing to do; another teacher, or the same fed otherwise, is refused.
    #expect(try own.write(EmbeddingJob(of: source, to: file)).rows == 18)
    let error = #expect(throws: MVError.self) {
      try self.teacher("\(Self.tiny),size=24,normalisation=cifar", side: 20)
        .write(EmbeddingJob(of: source, to: file))
    }
    #expect(error?.kind == .usage)
  }

  @Test func listsOfTeachersSurviveTheirText() throws {
    var settings = TrainingSettings()
    let two = [
      try Self.settings("a b/\"x\".pt,name=one,size=224,mean=127,std=128,range=255"),
      try Self.settings("/t.pt,name=two,weight=0.5"),
    ]
    settings.teachers = two
    #expect(settings.teachers == two)
    #expect(settings.weight(of: "two") == 0.5 && settings.weight(of: "hog") == 1)
    let copy = try TrainingSettings(settingValues: settings.settingValues)
    #expect(copy == settings)
    var read = TrainingSettings()
    try read.set("teachers", parsing: settings.text(of: "teachers"))
    #expect(read == settings)
    for text in ["[", "[{}]", "[{\"path\":\"a\",\"colour\":1}]", "[{\"path\":\"a\"},{\"path\":\"b\"}]", "{}"] {
      #expect(throws: MVError.self) { try TrainingSettings(settingValues: ["teachers": .string(text)]) }
    }
  }

  @Test func whereThereIsNoCUDATheSettingSaysSo() throws {
    var settings = TrainerTests.settings()
    settings.device = .cuda(nil)
    let folder = try TemporaryFolder()
    guard Torch.deviceCount == 0 else { return }
    let error = #expect(throws: MVError.self) {
      try Trainer(settings, data: TrainerTests.data(), folder: folder.url.appending(path: "run"))
    }
    #expect(error?.subject == "setting device=cuda" && error?.kind == .usage)
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "run").path))
  }
}
