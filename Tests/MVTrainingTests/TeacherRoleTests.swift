import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVImaging
import MVRepresentations
import MVStore
import MVYAML
import TestSupport
import Testing

@testable import MVTraining

/// Teachers that a configuration names by their role, and several teachers in one loss.
@Suite(.serialized) struct TeacherRoleTests {
  private static let tiny = Fixture.url("teacher/tiny.pt").path
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func url(_ name: String) -> URL { folder.url.appending(path: name) }

  private func configuration(_ yaml: String) throws -> TrainingConfiguration {
    try TrainingConfiguration(YAMLNode(parsing: Data(yaml.utf8), file: "c.yaml"))
  }

  /// A feature file of the teacher's embeddings, under a name.
  private func embedded(_ name: String, _ input: String = "size=24", to file: String? = nil) throws -> FeatureFile {
    let source = try Synthetic(count: 40)
    let teacher = try Teacher(TeacherSettings(parsing: "\(Self.tiny),\(input)"), imageSize: source.splits[0].size)
    var job = EmbeddingJob(of: source, to: url(file ?? "\(name).h5"))
    job.name = name
    try teacher.write(job)
    return try FeatureFile(reading: job.output)
  }

  private func extracted() throws -> FeatureFile {
    var extraction = Extraction(
      of: [NamedRepresentation(LocalDeviation(), as: "std")], from: try Synthetic(count: 40), to: url("std.h5"))
    extraction.jobs = 1
    _ = try extraction.run()
    return try FeatureFile(reading: url("std.h5"))
  }

  @Test func aRoleSurvivesItsTextAndIsNoTeacherYet() throws {
    let role = try configuration(
      "representations: none\nteachers:\n  - {name: clip, size: 224, normalization: imagenet, scale: 0.03125}\n")
    #expect(role.openTeachers.map(\.label) == ["clip"])
    #expect(try configuration(role.yaml) == role && !role.yaml.contains("path"))
    let error = #expect(throws: MVError.self) { try role.checkTeachers(source: "cifar10:data") }
    #expect(
      error?.remedy.contains(
        "mvmr embed FILE.pt cifar10:data --set size=224 --set normalization=imagenet --name clip --output clip.h5")
        == true, "\(error as Any)")
    // What a file says is quoted where a shell would take it for more.
    let odd = try configuration("source: cifar10:a folder;x\nteachers:\n  - {name: clip}\n")
    let quoted = #expect(throws: MVError.self) { try odd.checkTeachers() }
    #expect(quoted?.remedy.contains("mvmr embed FILE.pt 'cifar10:a folder;x' --name clip") == true, "\(quoted as Any)")
    // A library that trains without having filled it is told so as well.
    let refused = #expect(throws: MVError.self) {
      try Teacher(role.openTeachers[0], imageSize: ImageSize(height: 8, width: 8))
    }
    #expect(refused?.subject == "teacher clip" && refused?.kind == .usage)
  }

  @Test func networksTakeRolesByNameOrInOrder() throws {
    let roles = try configuration("teachers:\n  - {name: a, size: 8, weight: 2}\n  - {name: b, size: 16}\n")
    var one = roles
    try one.fillTeachers(with: ["x.pt,name=b", "y.pt,size=4", "z.pt,name=c"])
    #expect(one.settings.teachers.map(\.label) == ["a", "b", "c"])
    #expect(one.settings.teachers.map(\.path) == ["y.pt", "x.pt", "z.pt"])
    #expect(one.settings.teachers[0].weight == 2 && one.settings.teachers[0].size == ImageSize(height: 4, width: 4))
    #expect(one.settings.teachers[1].size == ImageSize(height: 16, width: 16))
    try one.checkTeachers()
    var two = roles
    let error = #expect(throws: MVError.self) { try two.fillTeachers(with: ["x.pt,name=c", "y.pt,name=c"]) }
    #expect(error?.kind == .usage && error?.remedy.contains("name=NAME") == true)
    var none = TrainingConfiguration()
    #expect(throws: MVError.self) { try none.fillTeachers(with: ["x.pt", "y.pt"]) }
  }

  @Test func embeddingsOfAFeatureFileTakeARole() throws {
    let role = try configuration(
      "representations: none\nteachers:\n  - {name: clip, size: 24, weight: 3, scale: 0.5}\n")
    let (first, second, other) = (try embedded("clip"), try embedded("dino", "size=16"), try extracted())
    var named = role
    // By its name, whatever else the files hold.
    #expect(named.fillTeachers(from: [other, second, first]).isEmpty)
    #expect(named.settings.representations == .named(["clip"]) && named.settings.teachers.isEmpty)
    #expect(named.settings.representationScales == ["clip": 0.5] && named.settings.weight(of: "clip") == 3)
    var unnamed = role
    let notices = unnamed.fillTeachers(from: [other, second])
    #expect(unnamed.settings.representations == .named(["dino"]) && unnamed.settings.weight(of: "dino") == 3)
    #expect(notices.count == 1 && notices[0].contains("size=16") && notices[0].contains("size=24"), "\(notices)")
    var several = role
    several.settings.representations = .named(["std", "dino"])
    several.settings.representationWeights = ["dino": 0.5]
    _ = several.fillTeachers(from: [other, second, try embedded("moco")])
    #expect(several.settings.representations == .named(["std", "dino"]))
    #expect(several.settings.representationWeights == ["dino": 0.5] && several.openTeachers.isEmpty)
    var all = role
    _ = all.fillTeachers(from: [second, try embedded("moco")])
    #expect(all.settings.representations == .named(["dino", "moco"]) && all.settings.weight(of: "moco") == 3)
    var open = role
    _ = open.fillTeachers(from: [other])
    #expect(open == role)
  }

  @Test func severalTeachersAndRepresentationsWeighWhatTheyAreGiven() throws {
    var settings = TrainerTests.settings(epochs: 1)
    settings.representations = .named(["hog", "pixels"])
    settings.teachers = [
      try TeacherSettings(parsing: "\(Self.tiny),size=24,name=one,weight=2,scale=0.03125"),
      try TeacherSettings(parsing: "\(Self.tiny),size=16,name=two,normalization=imagenet"),
    ]
    settings.representationWeights = ["hog": 0.5, "two": 0.25]
    settings.representationsWeight = 3
    func first(_ settings: TrainingSettings) throws -> LossTerms {
      let learner = try Learner(settings, data: TrainerTests.data())
      var clock = StepClock(stepsBefore: 0, totalSteps: 1, batchSize: settings.batchSize)
      return try learner.update(learningRate: 0, from: learner.batches(of: 0..<1), clock: &clock)
    }
    let terms = try first(settings)
    #expect(
      terms.names == ["mse", "std", "1-dcor_zz", "1-dcor_hog", "1-dcor_pixels", "1-dcor_one", "1-dcor_two"])
    let weights = [1, 1, 1, 0.5, 3, 2, 0.25]
    let sum = zip(weights, terms.values).map { $0 * $1 }.reduce(0, +)
    #expect(abs(terms.total - sum) < 1e-5 * abs(sum))
    // A factor by name goes before the teacher's own; so small, all distances lie at the clamp.
    settings.representationScales = ["one": 1e-6]
    let scaled = try first(settings)
    #expect(scaled.values[5] != terms.values[5] && scaled.values[6] == terms.values[6])
    settings.representationScales = ["three": 1]
    let error = #expect(throws: MVError.self) { try first(settings) }
    #expect(error?.remedy == "in it are hog, pixels, one, two")
    settings.representationScales = [:]
    settings.teachers[1].label = "hog"
    settings.representationWeights = [:]
    let twice = #expect(throws: MVError.self) { try first(settings) }
    #expect(twice?.subject == "teacher hog" && twice?.kind == .usage)
  }
}

extension SourceSplit {
  fileprivate var size: ImageSize { ImageSize(height: shape.height, width: shape.width) }
}
