import Foundation
import MVCore
import MVImaging
import MVRepresentations
import TestSupport
import Testing

@testable import MVNetworks
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
    let teachers = configuration.settings.teachers
    #expect(teachers.map(\.label) == ["first", "teacher"])
    #expect(teachers[0].path == "a \"b\".pt" && teachers[0].mean == [127, 126, 125] && teachers[0].range == 255)
    #expect(teachers[1].size == ImageSize(height: 224, width: 224) && teachers[1].interpolation == .bicubic)
    #expect(
      configuration.extractCommand(source: "cifar10:x")
        == "mvmr extract cifar10:x --size 64x48 --split train --normalize cifar --representation hog "
        + "--representation scattering:J=3,as=deep --output features.h5")
    #expect(configuration.extractCommand(source: "folder:$(x)")?.hasPrefix("mvmr extract 'folder:$(x)' --size") == true)
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

  @Test func listsAndPairsMayBeWrittenAsYAMLHasThem() throws {
    let listed = try read(
      """
      encoder: cifar-resnet
      widths: [8, 16, 32]
      projector: []
      milestones: [3]
      representations: [hog, deep]
      representation_weights: {hog: 2, deep: 0.5}
      normalization: cifar
      teachers: [{path: c.pt, size: 32x24, mean: [0.5, 0.25, 0.125], std: 0.5, normalization: none}]
      """)
    let texts = try read(
      """
      encoder: cifar-resnet
      widths: 8-16-32
      projector: ""
      milestones: 3
      representations: hog,deep
      representation_weights: "hog=2,deep=0.5"
      normalisation: cifar
      teachers: [{path: c.pt, size: 32x24, mean: "0.5,0.25,0.125", std: [0.5], normalisation: none}]
      """)
    #expect(listed == texts && listed.settings.widths == [8, 16, 32] && listed.settings.projector.isEmpty)
    #expect(listed.settings.representations == .named(["hog", "deep"]) && listed.settings.normalization == .cifar)
    #expect(listed.settings.teachers[0].size == ImageSize(height: 24 + 8, width: 24))
    #expect(try read(listed.yaml) == listed)
  }

  @Test func settingsOfEarlierVersionsAreThoseOfThisOne() throws {
    let texts: [String: SettingValue] = [
      "widths": .string("4-8-16"), "projector": .string("8-6"), "milestones": .string("1-2"), "stem": .string("auto"),
      "representations": .string("hog,pixels"), "representation_weights": .string("hog=2,pixels=0.5"),
      "representation_scales": .string("hog=0.5"), "normalisation": .string("cifar"),
      "teachers": .string(
        #"[{"interpolation":"bilinear","mean":"0.4,0.5,0.6","name":"tiny","normalisation":"none","path":"tiny.pt","#
          + #""range":1,"scale":1,"size":"32x32","std":"0.25","weight":0.25}]"#),
    ]
    let settings = try TrainingSettings(settingValues: texts)
    #expect(settings.widths == [4, 8, 16] && settings.projector == [8, 6] && settings.milestones == [1, 2])
    #expect(settings.stem == nil && settings.normalization == .cifar)
    #expect(
      settings.representationWeights == ["hog": 2, "pixels": 0.5] && settings.representationScales == ["hog": 0.5])
    #expect(settings.teachers[0].mean == [0.4, 0.5, 0.6] && settings.teachers[0].weight == 0.25)
    let json = try JSONEncoder().encode(settings.settingValues)
    #expect(String(decoding: json, as: UTF8.self).contains(#""widths":[4,8,16]"#))
    let read = try JSONDecoder().decode([String: SettingValue].self, from: json)
    #expect(try TrainingSettings(settingValues: read) == settings)
    for (given, selection) in [
      ("all", RepresentationSelection.all), ("none", .none), ("", .none), ("all,hog", .named(["all", "hog"])),
    ] {
      var settings = TrainingSettings()
      try settings.set("representations", parsing: given)
      #expect(settings.representations == selection)
    }
  }

  @Test func valuesOutsideTheirDomainsAreRefused() throws {
    for setting in TrainingSettings.settings {
      for value in setting.domain.invalidValues {
        let error = #expect(throws: MVError.self) { try TrainingSettings(settingValues: [setting.name: value]) }
        #expect(error?.subject.hasPrefix("setting \(setting.name)=") == true, "\(setting.name) \(value)")
      }
      for value in setting.domain.examples where setting.name != "teachers" {
        #expect(try TrainingSettings(settingValues: [setting.name: value]).settingValues[setting.name] != nil)
      }
    }
    for setting in TeacherSettings.settings {
      for value in setting.domain.invalidValues {
        #expect(throws: MVError.self) { try TeacherSettings(settingValues: [setting.name: value]) }
      }
    }
    for key in ["widths", "projector", "milestones"] {
      for text in ["4--8", "4-", "x", "0", "4-1.5", "-4"] {
        #expect(throws: MVError.self) {
          var settings = TrainingSettings(); try settings.set(key, parsing: text)
        }
      }
    }
  }

  @Test(arguments: [
    ("normalization: cifar\nnormalisation: none\n", "c.yaml:2:1", "again"),
    ("widths: [8, x]\n", "c.yaml:1:9", "widths"),
    ("representation_weights: {hog: -1}\n", "c.yaml:1:25", "representation_weights"),
    ("epoch: 3\n", "c.yaml:1:1", "epoch"), ("lr: fast\n", "c.yaml:1:5", "lr"),
    ("encoder:\n  depth: 3\n", "c.yaml:2:3", "single value"), ("size: 3x\n", "c.yaml:1:7", "size"),
    ("extract:\n  features: [hog]\n", "c.yaml:2:3", "features"),
    ("extract: {representations: [hog, hgo]}\n", "c.yaml:1:34", "hgo"),
    ("extract: {normalise: stl}\n", "c.yaml:1:22", "stl"),
    ("teachers:\n  - {path: a.pt, colour: 3}\n", "c.yaml:2:18", "colour"),
    ("teachers:\n  - {path: a.pt, mean: [1, 2]}\n", "c.yaml:2:24", "mean"),
    ("teachers:\n  - {size: 3}\n", "c.yaml:2:5", "path"),
    ("teachers:\n  - {path: a.pt, normalisation: cifar, normalization: none}\n", "c.yaml:2:40", "normalization again"),
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
    let side = ["stl10": 96, "imagenet": 224][name.rawValue.prefix { $0 != "-" }] ?? 32
    let shape = ImageShape(height: side, width: side, channels: 3)
    #expect(configuration.size == (side == 224 ? ImageSize(height: 224, width: 224) : nil))
    for wanted in configuration.expected { #expect(try wanted.make().layout(for: shape).count > 0) }
    let names: [String]
    if case .named(let chosen) = configuration.settings.representations { names = chosen } else { names = [] }
    let published = ["pixels", "scattering", "augment", "hog-layer", "std"]
    let distils = [.stl10CLIP, .cifar100CLIP, .imagenetCLIP].contains(name)
    #expect(names == (distils ? [] : name == .small ? ["hog"] : published))
    #expect(configuration.openTeachers.map(\.label) == (distils ? ["clip"] : []))
    if distils {
      let role = configuration.openTeachers[0]
      #expect(configuration.settings.representations == .none && role.scale == 1.0 / 32)
      #expect(try role.statistics().mean == configuration.settings.statistics(for: shape).mean)
      #expect(configuration.settings.epochs == 200 && configuration.settings.projector == [8192, 8192, 8192])
    }
    #expect(Set(configuration.expected.map(\.storedName)).isSubset(of: names))
    #expect(configuration.settings.statistics(for: shape) == (side == 32 ? .cifar : .imagenet))
    _ = try configuration.settings.schedule(stepsPerEpoch: 10)
    #expect(configuration.settings.projector.last ?? 0 >= (name == .small ? 512 : 2048))
    // The last layers, 8192 wide, are half a gigabyte of random numbers: narrower ones show as much.
    configuration.settings.projector = [32, 16]
    let encoder = try configuration.settings.untrainedEncoder()
    let images = try Tensor(repeating: 0.5, shape: [2, 3, 64, 64])
    let features = try Torch.withoutGradients { () throws(MVError) in try encoder.features(of: images) }
    #expect(features.shape == [2, encoder.architecture.featureCount])
  }

  @Test func unknownBuiltInNamesAreErrors() {
    let error = #expect(throws: MVError.self) { try BuiltInConfiguration(named: "builtin:mnist") }
    #expect(error?.remedy.contains("builtin:stl10") == true)
  }
}
