import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

@testable import MVNetworks

@Suite struct NetworkCatalogueTests {
  static let catalogue = NetworkCatalogue.standard

  @Test func eachNameIsOneNetworks() throws {
    let names = Self.catalogue.entries.flatMap(\.names).map { $0.lowercased() }
    #expect(Set(names).count == names.count)
    #expect(Self.catalogue.entries.allSatisfy { !$0.peer.isEmpty })
    for entry in Self.catalogue.entries { try entry.preprocessing.framing.check() }
  }

  @Test(arguments: [
    ("dinov2_vits14", "dinov2-vits14"), ("facebook/dinov2-with-registers-giant", "dinov2-vitg14-registers"),
    ("vit_base_patch16_224.augreg2_in21k_ft_in1k", "vit-base-16"), ("vit_b_16", "torchvision-vit-base-16"),
    ("ViT-B/32", "clip-vit-b-32"), ("vit-b-32", "openclip-vit-b-32"), ("ViT-L/14@336px", "clip-vit-l-14-336"),
    ("RN50", "clip-rn50"), ("deit_small_distilled_patch16_224", "deit-small-16-distilled"),
    ("cifar10_resnet56", "cifar-resnet56-projected"), ("dino_vits8", "dino-vits8"), ("resnet152", "resnet152"),
  ])
  func othersNamesAreFound(_ alias: String, _ name: String) throws {
    #expect(try Self.catalogue.entry(named: alias).name == name)
  }

  /// As timm's, torchvision's and open_clip's own tables say.
  @Test(arguments: [
    ("resnet50", "224x224 of 256", 0.485), ("torchvision-vit-large-16", "224x224 of 242", 0.485),
    ("vit-base-16", "224x224 of 248, bicubic", 0.5), ("deit-base-16", "224x224 of 256, bicubic", 0.485),
    ("google/vit-base-patch16-224", "224x224 of 224 stretched", 0.5),
    ("dinov2_vitg14", "224x224 of 256, bicubic", 0.485),
    ("ViT-L/14@336px", "336x336 of 336, bicubic", 0.481_454_66), ("RN50x4", "288x288 of 288, bicubic", 0.481_454_66),
    ("laion/CLIP-ViT-L-14-laion2B-s32B-b82K", "224x224 of 224, bicubic", 0.5), ("cifar-resnet56", "32x32", 0.485),
    ("cifar10_resnet56", "32x32", 0.4914),
  ])
  func imagesArePreparedAsPublished(_ name: String, _ framing: String, _ mean: Double) throws {
    let preprocessing = try Self.catalogue.entry(named: name).preprocessing
    #expect(preprocessing.framing.description == framing)
    #expect(preprocessing.mean[0] == Float(mean))
  }

  @Test func anUnknownNameIsAnsweredByTheNearest() {
    let error = #expect(throws: MVError.self) { _ = try Self.catalogue.entry(named: "dinov2_vits15") }
    #expect(error?.kind == .usage)
    #expect(error?.remedy.hasPrefix("did you mean dinov2-vits14? there are resnet18, ") == true, "\(error as Any)")
  }

  @Test func ownNetworksAreAdded() throws {
    var own = try Self.catalogue.entry(named: "vit-tiny-16")
    #expect(throws: MVError.self) { _ = try Self.catalogue.adding(own) }
    own.name = "mine"
    #expect(throws: MVError.self) { _ = try Self.catalogue.adding(own) }
    own.aliases = []
    let catalogue = try Self.catalogue.adding(own)
    #expect(try catalogue.entry(named: "MINE") == own)
    #expect(catalogue.entries(of: own.architecture.withoutClassifier).map(\.name).contains("mine"))
    // DeiT's is of the same structure.
    #expect(catalogue.entries(of: own.architecture).map(\.name) == ["vit-tiny-16", "deit-tiny-16", "mine"])
  }

  /// The number of trained values; of a deep transformer, by what the second block adds to one of one.
  static func parameterCount(_ architecture: NetworkArchitecture) throws -> Int {
    func count(_ architecture: NetworkArchitecture) throws -> Int {
      try architecture.backbone(seed: nil).state.filter(\.isParameter).reduce(0) { $0 + $1.tensor.count }
    }
    guard case .transformer(var configuration) = architecture else { return try count(architecture) }
    let depth = configuration.depth
    configuration.depth = 1
    let one = try count(.transformer(configuration))
    configuration.depth = 2
    return try one + (depth - 1) * (count(.transformer(configuration)) - one)
  }

  /// The peers' networks of the same names hold as many trained values.
  @Test func networksAreAsLargeAsThePeers() throws {
    let text = try String(contentsOf: Fixture.url("networks/catalogue.txt"), encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count > 50)
    for line in lines {
      let expected = try #require(Int(line[1]))
      let entry = try Self.catalogue.entry(named: String(line[0]))
      // The largest residual networks would take more memory than a test may.
      if case .transformer = entry.architecture {} else if expected > 100_000_000 { continue }
      #expect(try Self.parameterCount(entry.architecture) == expected, "\(entry.name)")
    }
    // Registers and their networks' names: timm leaves the class token without a position, the publisher does not.
    for (plain, registers) in [
      ("dinov2-vits14", "dinov2-vits14-registers"), ("dinov2-vitg14", "dinov2-vitg14-registers"),
    ] {
      let one = try Self.catalogue.entry(named: plain).architecture
      let other = try Self.catalogue.entry(named: registers).architecture
      guard case .transformer(let configuration) = one else { continue }
      #expect(try Self.parameterCount(other) - Self.parameterCount(one) == 4 * configuration.width)
    }
  }

  @Test func architecturesAreReadAsTheyAreWritten() throws {
    for entry in Self.catalogue.entries {
      let data = try JSONEncoder().encode(entry.architecture)
      #expect(try JSONDecoder().decode(NetworkArchitecture.self, from: data) == entry.architecture)
    }
    #expect(throws: DecodingError.self) {
      _ = try JSONDecoder().decode(NetworkArchitecture.self, from: Data(#"{"perceptron": {}}"#.utf8))
    }
  }
}
