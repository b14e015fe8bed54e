import Foundation
import MVCore
import MVFiles
import MVImaging
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks

/// Numbers in strangers' files that no image can have are an error that names the file.
@Suite struct UntrustedDescriptionTests {
  private let folder: TemporaryFolder
  private let url: URL
  private var settings = NetworkSettings()

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "mine.safetensors")
    settings.heads = 2
    try FileManager.default.copyItem(at: Fixture.url("network-files/timm_mean.safetensors"), to: url)
  }

  /// What an export of these weights says of its images.
  private func say(_ preprocessing: String) throws {
    let network = CanonicalJSON.text(try NetworkFile(contentsOf: url, settings).architecture)
    try SafeTensorsHeader.change(url) {
      $0["__metadata__"] = ["network": network, "preprocessing": preprocessing]
    }
  }

  private static let usual = CanonicalJSON.text(
    Preprocessing(framing: Framing(.square(16), resize: 18), mean: [0.5, 0.25, 0.5], deviation: [1, 2, 4]))

  @Test func exportsSayHowTheirImagesArePrepared() throws {
    try say(Self.usual)
    let file = try NetworkFile(contentsOf: url)
    #expect(file.knowsPreprocessing && CanonicalJSON.text(file.preprocessing) == Self.usual)
  }

  @Test(arguments: [
    ("[0.5,0.25,0.5]", "[0.5]", "three finite means"), ("[0.5,0.25,0.5]", "[]", "three finite means"),
    ("[0.5,0.25,0.5]", "[1,1,1,1,1]", "three finite means"), ("[0.5,0.25,0.5]", "[1e300,0,0]", "preprocessing"),
    ("[0.5,0.25,0.5]", #"["nan",0,0]"#, "preprocessing"), ("[1,2,4]", "[1,0,4]", "deviations above 0"),
    ("[1,2,4]", "[1,2]", "deviations above 0"), ("[1,2,4]", "[1,2,-4]", "deviations above 0"),
    (#""height":16"#, #""height":9223372036854775807"#, "1...32768"), (#""height":16"#, #""height":-1"#, "1...32768"),
    (#""width":16"#, #""width":0"#, "1...32768"), (#""width":16"#, #""width":32769"#, "1...32768"),
    (#""resize":18"#, #""resize":9223372036854775807"#, "1...65536"), (#""resize":18"#, #""resize":0"#, "1...65536"),
    (#""resize":18"#, #""resize":-5"#, "1...65536"), (#""resize":18"#, #""resize":65537"#, "1...65536"),
    ("{", "", "cannot be read"),
  ])
  func preprocessingsThatCannotBe(_ old: String, _ new: String, _ words: String) throws {
    #expect(Self.usual.contains(old), "\(Self.usual)")
    try say(Self.usual.replacing(old, with: new))
    let error = try #require(failure { _ = try NetworkFile(contentsOf: url) })
    #expect(error.kind == .badData && error.subject == url.path && !error.remedy.isEmpty, "\(error)")
    #expect(error.problem.contains(words) && error.problem.contains("preprocessing"), "\(error)")
  }

  @Test(arguments: [(0, 8, 3), (8, -1, 3), (Int.max, 8, 3), (8, 8, 0), (8, 8, 1 << 40)])
  func checkpointsOfImagesThatCannotBe(_ height: Int, _ width: Int, _ channels: Int) throws {
    func facts(_ height: Int, _ width: Int, _ channels: Int) throws -> CheckpointFacts? {
      let shape = #"{"imageShape":{"height":\#(height),"width":\#(width),"channels":\#(channels)}}"#
      return try CheckpointFacts(["format": "mvmr-checkpoint", "settings": "{}", "place": shape], of: "last.ckpt")
    }
    let error = failure { _ = try facts(height, width, channels) }
    #expect(error?.kind == .badData && error?.subject == "last.ckpt", "\(error as Any)")
    let possible = try #require(try facts(8, 9, 3))
    #expect(possible.preprocessing?.framing == Framing(ImageSize(height: 8, width: 9)))
    #expect(possible.preprocessing?.mean == ImageStatistics.cifar.mean)
  }

  /// What a run says of its images is how it framed them, and where that cannot be, an error.
  @Test func checkpointsSayHowTheirImagesWereFramed() throws {
    func framing(_ source: String) throws -> Framing? {
      let facts = [
        "format": "mvmr-checkpoint", "settings": "{}", "origin": #"{"source":\#(source),"split":"train"}"#,
        "place": #"{"imageShape":{"height":8,"width":9,"channels":3}}"#,
      ]
      return try CheckpointFacts(facts, of: "last.ckpt")?.preprocessing?.framing
    }
    let size = ImageSize(height: 8, width: 9)
    let said = #""size":{"height":8,"width":9}"#
    let cases: [(String, Framing)] = [
      (#"{"kind":"synthetic"}"#, Framing(size)),
      (
        #"{\#(said),"resize":12,"interpolation":"bicubic","crop":"center"}"#,
        Framing(size, resize: 12, interpolation: .bicubic)
      ), (#"{\#(said),"stretches":true}"#, Framing(size, stretches: true)),
      // Of another size than was asked for, they were framed otherwise.
      (#"{"size":{"height":4,"width":4},"resize":5}"#, Framing(size)),
    ]
    for (source, expected) in cases { #expect(try framing(source) == expected, "\(source)") }
    for source in [#"{\#(said),"resize":0}"#, #"{"size":{"height":0,"width":9}}"#, "7"] {
      let error = failure { _ = try framing(source) }
      #expect(error?.kind == .badData && error?.subject == "last.ckpt", "\(source): \(error as Any)")
    }
  }

  /// Names alone ask for a width that doubles sixty times.
  @Test func stagesBeyondCounting() throws {
    var shapes = [
      "conv3.weight": [4, 2, 3, 3], "attnpool.positional_embedding": [2, 4], "attnpool.q_proj.weight": [4, 4],
      "attnpool.c_proj.weight": [4, 4],
    ]
    func recognized(stages: Int) throws -> NetworkArchitecture {
      for stage in 1...stages { shapes["layer\(stage).0.conv1.weight"] = [4, 4, 1, 1] }
      return try ArchitectureRecognition(
        shapes: shapes, naming: .clip, facts: NetworkFacts(NetworkSettings()), path: "mine.pt"
      ).architecture()
    }
    guard case .modifiedResidual(let made) = try recognized(stages: 4) else { throw CocoaError(.featureUnsupported) }
    #expect(made.blocks == [1, 1, 1, 1])
    let error = failure { _ = try recognized(stages: 62) }
    #expect(error?.kind == .badData && error?.subject == "mine.pt", "\(error as Any)")
  }

  /// timm's description beside the weights.
  private func describe(_ words: String) throws -> URL {
    let config = folder.url.appending(path: "config.json")
    let usual = words.contains("\"mean\"") || words.contains("\"std\"") ? "" : #""mean": [0, 0, 0], "std": [1, 1, 1], "#
    try Data("{\"architecture\": \"x\", \"pretrained_cfg\": {\(usual)\(words)}}".utf8).write(to: config)
    return config
  }

  @Test(arguments: [
    (#""crop_pct": 1e-300, "input_size": [3, 32, 32]"#, "crop_pct 1e-300"),
    (#""crop_pct": 1e-17, "input_size": [3, 32, 32]"#, "crop_pct 1e-17"),
    (#""crop_pct": 0.9, "input_size": [3, 32, -9.2e18]"#, "input_size -9.2e+18"),
    (#""crop_pct": 0, "input_size": [3, 32, 32]"#, "crop_pct 0"), (#""crop_pct": -0.9"#, "crop_pct -0.9"),
    (#""crop_pct": 1e300, "input_size": [3, 32, 32]"#, "crop_pct 1e+300"),
    (#""input_size": [3, 32, 9.2e18]"#, "input_size 9.2e+18"),
    (#""input_size": [3, 32, 4611686018427387904]"#, "input_size 4.6"), (#""input_size": [3, 32, 0]"#, "input_size 0"),
    (#""size": 32769"#, "size 32769"), (#""mean": [0.5], "std": [1, 1, 1]"#, "mean [0.5]"),
    (#""mean": [1e300, 0, 0], "std": [1, 1, 1]"#, "mean [inf, 0.0, 0.0]"),
    (#""mean": [0, 0, 0], "std": [1, 0, 1]"#, "std [1.0, 0.0, 1.0]"),
  ])
  func descriptionsThatCannotBe(_ words: String, _ said: String) throws {
    let config = try describe(words)
    let error = try #require(failure { _ = try NetworkFile(contentsOf: url, settings) })
    #expect(error.kind == .badData && error.subject == config.path && !error.remedy.isEmpty, "\(error)")
    #expect(error.problem.contains("says \(said)"), "\(error)")
  }

  @Test func theLargestThatCanBeAreRead() throws {
    _ = try describe(#""crop_pct": 0.5, "input_size": [3, 32, 32768]"#)
    let framing = try NetworkFile(contentsOf: url, settings).preprocessing.framing
    #expect(framing.size == .square(32768) && framing.resize == 65536)
  }

  @Test(arguments: [
    (#""size": {"shortest_edge": 1e300}"#, "shortest_edge"), (#""size": {"height": -3, "width": 8}"#, "height"),
    (#""size": 8, "crop_size": 0, "do_center_crop": true"#, "crop_size"), (#""image_mean": [1, 1]"#, "image_mean"),
    (#""image_std": [1, 1, 0]"#, "image_std"),
  ])
  func processorsThatCannotBe(_ words: String, _ key: String) throws {
    let config = folder.url.appending(path: "preprocessor_config.json")
    try Data("{\(words)}".utf8).write(to: config)
    let error = try #require(failure { _ = try NetworkFile(contentsOf: url, settings) })
    #expect(error.kind == .badData && error.subject == config.path && error.problem.contains(key), "\(error)")
  }
}
