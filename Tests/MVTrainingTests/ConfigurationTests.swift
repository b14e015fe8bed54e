import Foundation
import MVCore
import MVImaging
import MVRepresentations
import TestSupport
import Testing

@testable import MVTraining

struct ConfigurationTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func read(_ yaml: String) throws -> TrainingConfiguration {
    let url = folder.url.appending(path: "c.yaml")
    try Data(yaml.utf8).write(to: url)
    return try TrainingConfiguration(contentsOf: url)
  }

  static let whole = """
    source: "cifar10:a folder"
    size: 64x48
    split: train
    features: [one.h5, two.h5]
    output: run
    extract:
      representations: [hog, "scattering:J=3,as=deep"]
      normalise: cifar
    encoder: cifar-resnet
    widths: 8-16-32
    lr: 2e-4
    released_sign: true
    representation_weights: "hog=2,deep=0.5"
    teachers:
      - path: "a \\"b\\".pt"
        name: first
        mean: [127, 126, 125]
        std: 128
        range: 255
      - {path: c.pt, size: 224, normalisation: imagenet, interpolation: bicubic, weight: 0.5}
    """

  @Test func everyKeyIsRead() throws {
    let configuration = try read(Self.whole)
    #expect(configuration.source == "cifar10:a folder" && configuration.output == "run")
    #expect(configuration.size == ImageSize(height: 64, width: 48) && configuration.split == "train")
    #expect(configuration.features == ["one.h5", "two.h5"])
    #expect(configuration.expected.map(\.storedName) == ["hog", "deep"])
    #expect(configuration.expectedNormalization == .cifar)
    #expect(configuration.settings.encoder == .cifarResNet && configuration.settings.lr == 2e-4)
    #expect(configuration.settings.releasedSign && configuration.settings.weight(of: "deep") == 0.5)
    let teachers = configuration.settings.teacherSettings
    #expect(teachers.map(\.label) == ["first", "teacher"])
    #expect(teachers[0].path == "a \"b\".pt" && teachers[0].mean == "127,126,125" && teachers[0].range == 255)
    #expect(teachers[1].size == "224" && teachers[1].interpolation == .bicubic)
    #expect(
      configuration.extractCommand(source: "cifar10:x")
        == "mvmr extract cifar10:x --size 64x48 --split train --normalize cifar --representation hog "
        + "--representation scattering:J=3,as=deep --output features.h5")
  }

  @Test func whatIsPrintedIsReadBack() throws {
    let configuration = try read(Self.whole)
    #expect(try read(configuration.yaml) == configuration)
    #expect(try read(TrainingConfiguration().yaml) == TrainingConfiguration())
    // Every setting stands in it.
    for setting in TrainingSettings.settings where setting.name != "teachers" {
      #expect(configuration.yaml.contains("\n\(setting.name): "), "\(setting.name)")
    }
  }

  @Test(arguments: [
    ("epoch: 3\n", "c.yaml:1:1", "epoch"), ("lr: fast\n", "c.yaml:1:5", "lr"),
    ("encoder:\n  depth: 3\n", "c.yaml:2:3", "single value"), ("size: 3x\n", "c.yaml:1:7", "size"),
    ("extract:\n  features: [hog]\n", "c.yaml:2:3", "features"),
    ("extract: {representations: [hog, hgo]}\n", "c.yaml:1:34", "hgo"),
    ("extract: {normalise: stl}\n", "c.yaml:1:22", "stl"),
    ("teachers:\n  - {path: a.pt, colour: 3}\n", "c.yaml:2:18", "colour"),
    ("teachers:\n  - {path: a.pt, mean: [1, 2]}\n", "c.yaml:2:24", "mean"),
    ("teachers:\n  - {size: 3}\n", "c.yaml:2:5", "path"),
    ("teachers: [{path: a.pt}, {path: b.pt}]\n", "c.yaml:1:26", "teacher"),
  ]) func errorsNameTheirPlace(_ yaml: String, _ place: String, _ word: String) throws {
    let error = #expect(throws: MVError.self) { try read(yaml) }
    #expect(error?.subject.hasSuffix(place) == true && error?.description.contains(word) == true, "\(error as Any)")
  }

  @Test(arguments: BuiltInConfiguration.allCases) func builtInConfigurationsMakeAModel(
    _ name: BuiltInConfiguration
  ) throws {
    var configuration = try read(String(decoding: name.yaml, as: UTF8.self))
    #expect(try BuiltInConfiguration(named: "builtin:\(name.rawValue)") == name)
    let file = Fixture.root.appending(path: "Sources/MVTraining/Configurations/\(name.rawValue).yaml")
    #expect(try Data(contentsOf: file) == name.yaml)
    let side = ["stl10": 96, "imagenet": 224][name.rawValue] ?? 32
    let shape = ImageShape(height: side, width: side, channels: 3)
    #expect(configuration.size == (name == .imagenet ? ImageSize(height: 224, width: 224) : nil))
    for wanted in configuration.expected { #expect(try wanted.make().layout(for: shape).count > 0) }
    let names = configuration.settings.representations.split(separator: ",").map(String.init)
    let published = ["pixels", "scattering", "augment", "hog-layer", "std"]
    #expect(names == (name == .small ? ["hog"] : published))
    #expect(Set(configuration.expected.map(\.storedName)).isSubset(of: names))
    #expect(configuration.settings.statistics(for: shape) == (side == 32 ? .cifar : .imagenet))
    _ = try configuration.settings.schedule(stepsPerEpoch: 10)
    #expect(try configuration.settings.architecture().embeddingCount >= (name == .small ? 512 : 2048))
    // The last layers, 8192 wide, are half a gigabyte of random numbers: narrower ones show as much.
    configuration.settings.projector = "32-16"
    let encoder = try Encoder(configuration.settings.architecture())
    let images = try Tensor(repeating: 0.5, shape: [2, 3, 64, 64])
    let features = try Torch.withoutGradients { () throws(MVError) in try encoder.features(of: images) }
    #expect(features.shape == [2, encoder.architecture.featureCount])
  }

  @Test func unknownBuiltInNamesAreErrors() {
    let error = #expect(throws: MVError.self) { try BuiltInConfiguration(named: "builtin:mnist") }
    #expect(error?.remedy.contains("builtin:stl10") == true)
  }
}
