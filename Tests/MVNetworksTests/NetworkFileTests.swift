import Foundation
import MVCore
import MVFiles
import MVImaging
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks

/// Files of other programs: each is recognised as what the peer built, and gives the peer's features.
@Suite struct NetworkFileTests {
  /// What a file holds, by its path below `Fixtures/network-files`.
  struct Expected: Decodable {
    let kind: String
    let side: Int
    let golden: String
    var part: String?
    var classes: Int?
    var give: Int?
    // Residual networks.
    var stem: ResidualConfiguration.Stem?
    var block: ResidualConfiguration.Block?
    var widths: [Int]?
    var blocks: [Int]?
    // Transformers, and CLIP's residual network.
    var width: Int?
    var depth: Int?
    var heads: Int?
    var patch: Int?
    var image: Int?
    var hidden: Int?
    var activation: VisionTransformerConfiguration.Activation?
    var epsilon: Double?
    var positions: VisionTransformerConfiguration.Positions?
    var projection: Int?
    var registers: Int?
    var pre: Bool?
    var distillation: Bool?
    var classToken: Bool?
    var final: VisionTransformerConfiguration.FinalNormalization?
    // Preprocessing.
    var mean: [Float]?
    var resize: Int?
    var stretched: Bool?
  }

  static let expected: [String: Expected] =
    (try? JSONDecoder().decode(
      [String: Expected].self, from: Data(contentsOf: Fixture.url("network-files/expected.json")))) ?? [:]

  static func file(_ path: String, _ change: (inout NetworkSettings) -> Void = { _ in }) throws -> NetworkFile {
    var settings = NetworkSettings()
    settings.heads = expected[path]?.give ?? 0
    change(&settings)
    return try NetworkFile(contentsOf: Fixture.url("network-files/\(path)"), settings)
  }

  @Test(arguments: expected.keys.sorted()) func isRecognised(_ path: String) throws {
    let expected = try #require(Self.expected[path])
    let file = try Self.file(path)
    #expect(file.part == expected.part ?? "")
    #expect(file.hasClassifier == (expected.classes != nil) && file.architecture.classes == expected.classes ?? 0)
    switch file.architecture {
    case .residual(let found):
      #expect(expected.kind == "residual" && found.stem == expected.stem && found.block == expected.block)
      #expect(found.widths == expected.widths && found.blocks == expected.blocks && found.stemWidth == 4)
    case .modifiedResidual(let found):
      #expect(expected.kind == "modified" && found.width == expected.width && found.blocks == expected.blocks)
      #expect(found.heads == expected.heads && found.imageSize == expected.image)
      #expect(found.projection == expected.projection)
    case .transformer(let found):
      #expect(expected.kind == "transformer" && found.width == expected.width && found.depth == expected.depth)
      #expect(found.heads == expected.heads && found.patch == expected.patch && found.imageSize == expected.image)
      #expect(found.hidden == expected.hidden && found.activation == expected.activation)
      #expect(found.epsilon == expected.epsilon && found.positions == expected.positions)
      #expect(found.projection == expected.projection ?? 0 && found.registers == expected.registers ?? 0)
      #expect(found.preNormalization == expected.pre ?? false && found.classToken == expected.classToken ?? true)
      #expect(found.distillationToken == expected.distillation ?? false)
      #expect(found.finalNormalization == expected.final ?? .tokens)
    }
    #expect(file.knowsPreprocessing == (expected.mean != nil))
    if let mean = expected.mean {
      #expect(file.preprocessing.mean == mean && file.preprocessing.framing.resize == expected.resize)
      #expect(file.preprocessing.framing.stretches == expected.stretched ?? false)
    }
  }

  @Test(arguments: expected.keys.sorted()) func featuresAreThePeers(_ path: String) throws {
    let expected = try #require(Self.expected[path])
    let network = try Self.file(path).backbone()
    let images = try Fixture.array("network-files/images-\(expected.side)")
    let tensor = try Tensor(images.values(as: Float.self), shape: images.shape)
    let features = try Torch.withoutGradients { () throws(MVError) in try network.forward(tensor, .evaluation) }
    let theirs = try Fixture.floats("network-files/\(expected.golden)")
    let error = try largestDifference(features.values(), theirs) / (theirs.map(abs).max() ?? 0)
    #expect(error < 1e-4, "\(error)")
    if ["open_clip", "timm_clip"].contains(expected.golden) {
      let own = try Torch.withoutGradients { () throws(MVError) in
        try network.output(.projection, of: tensor, .evaluation)
      }
      let projected = try Fixture.floats("network-files/\(expected.golden)-projection")
      #expect(try largestDifference(own.values(), projected) < 1e-4 * (projected.map(abs).max() ?? 0))
    }
  }

  @Test(arguments: expected.keys.sorted()) func theListOfTensorsIsTheNetworks(_ path: String) throws {
    let architecture = try Self.file(path).architecture
    let state = try architecture.backbone(seed: nil).state
    let listed = architecture.layout
    #expect(Set(listed.map { "\($0.name) \($0.shape)" }) == Set(state.map { "\($0.name) \($0.tensor.shape)" }))
    #expect(listed.count == state.count)
    #expect(
      architecture.parameterCount == state.filter(\.isParameter).reduce(0) { $0 + $1.tensor.count })
  }

  @Test func whatIsChosenAndLeftOutIsSaid() throws {
    let moco = try Self.file("moco.pth")
    #expect(moco.leftOut.contains { $0.hasPrefix("state_dict.module.encoder_k (") }, "\(moco.leftOut)")
    #expect(
      moco.leftOut.contains { $0.hasPrefix("fc, a projection") } && moco.leftOut.contains { $0.hasPrefix("num_") })
    #expect(moco.leftOut.contains { $0.hasPrefix("state_dict.module.queue") }, "\(moco.leftOut)")
    #expect(moco.notes.contains { $0.contains("encoder_q was read") && $0.contains("encoder_k") }, "\(moco.notes)")
    let other = try Self.file("moco.pth") { $0.part = "encoder_k" }
    #expect(other.part == "state_dict.module.encoder_k")
    #expect(try other.weights["conv1.weight"]?.values().allSatisfy { $0 == 0 } == true)
    let error = failure { _ = try Self.file("moco.pth") { $0.part = "nothing" } }
    #expect(error?.kind == .usage && error?.remedy.contains("encoder_q") == true, "\(String(describing: error))")
    let dino = try Self.file("dino.pth")
    #expect(dino.notes.contains { $0.contains("teacher.backbone was read, not student.module.backbone") })
    #expect(try Self.file("parallel.pth").leftOut.contains { $0.hasPrefix("optimizer") })
    let clip = try Self.file("hf_clip")
    #expect(
      clip.leftOut.contains { $0.hasPrefix("text_model (") } && clip.leftOut.contains { $0.hasPrefix("text_proj") })
    #expect(try Self.file("hf_dinov2").leftOut.contains { $0.hasPrefix("classifier") })
    #expect(try Self.file("openai.pt").notes.contains { $0.contains("QuickGELU") })
  }

  @Test func aPersonMaySayWhatAFileDoesNot() throws {
    let file = try Self.file("timm_mean.safetensors") {
      $0.heads = 4
      $0.activation = .quickGELU
      $0.positions = .bicubic
      $0.epsilon = 1e-3
    }
    guard case .transformer(let found) = file.architecture else { throw CocoaError(.featureUnsupported) }
    #expect(found.heads == 4 && found.activation == .quickGELU && found.positions == .bicubic && found.epsilon == 1e-3)
    guard case .residual(let plain) = try Self.file("released.pth", { $0.stem = .cifar }).architecture else {
      throw CocoaError(.featureUnsupported)
    }
    #expect(plain.stem == .cifar)
    let error = failure { _ = try Self.file("timm_mean.safetensors") { $0.heads = 0 } }
    #expect(error?.remedy.contains("heads=N") == true, "\(String(describing: error))")
    #expect(failure { _ = try Self.file("timm_mean.safetensors") { $0.heads = 5 } }?.problem.contains("divide") == true)
  }

  @Test(arguments: [
    ("truncated.pth", []), ("missing.pth", ["lacks bn1.bias, layer2.0.bn2.weight"]),
    ("extra.pth", ["holds beside it layer1.0.se.fc1.weight"]), ("misshapen.pth", ["bn1.bias of [5] instead of [4]"]),
    ("unknown.pth", ["no architecture that is known"]),
    ("deep_stem.pth", ["no architecture", "resnet", "conv1.0.weight"]),
  ])
  func whatIsBrokenIsOneClearLine(_ name: String, _ words: [String]) throws {
    let error = try #require(failure { _ = try Self.file(name) })
    #expect(error.kind == .badData && error.subject.hasSuffix(name) && !error.remedy.isEmpty)
    for word in words { #expect(error.problem.contains(word), "\(error)") }
    #expect(error.description.count < 600, "\(error)")
  }

  @Test func valuesThatAreNotFiniteAreListed() throws {
    let file = try Self.file("not_finite.pth")
    let error = failure { _ = try file.backbone() }
    #expect(error?.kind == .badData)
    #expect(error?.problem.contains("layer1.0.bn1.weight, fc.bias") == true, "\(String(describing: error))")
  }

  @Test func manyDifferencesAreCounted() throws {
    let names = (0..<5).map { "tensor\($0)" }
    #expect(FewNames.text(names) == "tensor0, tensor1, tensor2 and 2 more")
    #expect(FewNames.text(Array(names.prefix(3))) == "tensor0, tensor1, tensor2")
  }

  @Test func foldersThatHoldNothingOrNameOtherPlaces() throws {
    let folder = try TemporaryFolder()
    #expect(failure { _ = try NetworkFile(contentsOf: folder.url) }?.kind == .missingInput)
    let index = folder.url.appending(path: "model.safetensors.index.json")
    try Data(#"{"weight_map": {"a": "../a.safetensors"}}"#.utf8).write(to: index)
    #expect(failure { _ = try NetworkFile(contentsOf: folder.url) }?.problem.contains("does not lie beside") == true)
    try Data(#"{"weight_map": {"a": "none.safetensors"}}"#.utf8).write(to: index)
    #expect(failure { _ = try NetworkFile(contentsOf: folder.url) }?.kind == .missingInput)
    try Data("[]".utf8).write(to: index)
    #expect(failure { _ = try NetworkFile(contentsOf: index) }?.kind == .badData)
    #expect(failure { _ = try NetworkFile(contentsOf: folder.url.appending(path: "x.pth")) }?.kind == .missingInput)
  }

  /// A description of another network, as where downloads lie in one folder, is not heeded; one that is no JSON fails.
  @Test func aDescriptionOfAnotherNetworkIsNotHeeded() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "mine.safetensors")
    try FileManager.default.copyItem(at: Fixture.url("network-files/timm_mean.safetensors"), to: url)
    let config = folder.url.appending(path: "config.json")
    try Data(#"{"model_type": "vit", "hidden_size": 768, "num_attention_heads": 12}"#.utf8).write(to: config)
    var settings = NetworkSettings()
    settings.heads = 2
    let file = try NetworkFile(contentsOf: url, settings)
    #expect(file.notes.contains { $0.contains("768 columns wide") }, "\(file.notes)")
    try Data(#"{"model_type": "vit", "hidden_size": 64, "hidden_act": "relu"}"#.utf8).write(to: config)
    #expect(failure { _ = try NetworkFile(contentsOf: url, settings) }?.problem.contains("hidden_act relu") == true)
    try Data("{".utf8).write(to: config)
    #expect(failure { _ = try NetworkFile(contentsOf: url, settings) }?.subject.hasSuffix("config.json") == true)
  }

  @Test func everyEntryOfTheCatalogueIsRecognisedByItsShapes() throws {
    for entry in NetworkCatalogue.standard.entries {
      let shapes = Dictionary(entry.architecture.layout.map { ($0.name, $0.shape) }) { $1 }
      // What shapes do not tell is what the catalogue says of it.
      var settings = NetworkSettings()
      var naming = NetworkNaming.residual
      switch entry.architecture {
      case .transformer(let made):
        naming = .timm
        (settings.activation, settings.epsilon, settings.positions) = (made.activation, made.epsilon, made.positions)
      case .residual(let made): settings.stem = made.stem
      case .modifiedResidual: naming = .modifiedResidual
      }
      let found = try ArchitectureRecognition(
        shapes: shapes, naming: naming, facts: NetworkFacts(settings), path: entry.name
      ).architecture()
      #expect(found == entry.architecture, "\(entry.name)")
    }
  }

  @Test(.enabled(if: RealData.url("teachers/resnet_cifar10/resnet56.pth") != nil))
  func aPublishedNetworkIsRecognised() throws {
    let file = try NetworkFile(contentsOf: try #require(RealData.url("teachers/resnet_cifar10/resnet56.pth")))
    guard case .residual(let found) = file.architecture else { throw CocoaError(.featureUnsupported) }
    #expect(found.blocks == [9, 9, 9] && found.shortcut == .padded && found.classes == 10)
    #expect(NetworkCatalogue.standard.entries(of: file.architecture).first?.name == "cifar-resnet56")
    #expect(try file.backbone().featureCount == 64)
  }
}
