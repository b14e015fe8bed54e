import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

@testable import MVNetworks

/// What names and shapes leave open, a name of the catalogue says; what a processor says of proportions is heeded.
@Suite struct PublishedNameTests {
  /// A file that holds a network's tensors, all of them 0, without their room on the disk.
  private func file(_ entry: NetworkCatalogue.Entry, in folder: TemporaryFolder) throws -> URL {
    var header: [String: Any] = [:]
    var end = 0
    for (name, shape) in entry.architecture.layout {
      let start = end
      end += 4 * shape.reduce(1, *)
      header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [start, end]]
    }
    let text = try JSONSerialization.data(withJSONObject: header)
    let url = folder.url.appending(path: "weights-\(UUID().uuidString).safetensors")
    try (withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text).write(to: url)
    let handle = try FileHandle(forWritingTo: url)
    try handle.truncate(atOffset: UInt64(8 + text.count + end))
    try handle.close()
    return url
  }

  @Test(arguments: [
    ("dino_vits16", "deit-small-16"), ("dino_vitb8", "dino-vitb8"), ("deit_tiny_patch16_224", "vit-tiny-16"),
    ("dinov2_vits14", "dinov2-vits14"), ("google/vit-base-patch16-224", "vit-base-16"),
    ("cifar-resnet20", "cifar-resnet20"), ("ViT-B/32", "openclip-vit-b-32"), ("resnet18", "resnet18"),
  ])
  func theNameSaysWhatTheFileLeavesOpen(_ name: String, _ stored: String) throws {
    let folder = try TemporaryFolder()
    let catalogue = NetworkCatalogue.standard
    let url = try file(catalogue.entry(named: stored), in: folder)
    var settings = NetworkSettings()
    settings.network = name
    let published = try catalogue.entry(named: name)
    let found = try NetworkFile(contentsOf: url, settings)
    #expect(found.architecture.withoutClassifier == published.architecture.withoutClassifier)
    #expect(found.preprocessing == published.preprocessing && found.knowsPreprocessing)
    #expect(NetworkSummary(found).names.first == published.name)
    #expect(found.notes.contains { $0.contains(published.name) })
  }

  @Test func whatIsSaidByHandGoesFirstAndAFileBesideLast() throws {
    let folder = try TemporaryFolder()
    let url = try file(NetworkCatalogue.standard.entry(named: "vit-small-16"), in: folder)
    try Data(#"{"size": {"height": 99, "width": 99}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}"#.utf8)
      .write(to: folder.url.appending(path: "preprocessor_config.json"))
    #expect(try NetworkFile(contentsOf: url).preprocessing.framing.size == .square(99))
    var settings = NetworkSettings()
    settings.network = "dino_vits16"
    settings.positions = .bicubic
    let found = try NetworkFile(contentsOf: url, settings)
    #expect(found.preprocessing == .dino(224))
    guard case .transformer(let read) = found.architecture else { throw CocoaError(.featureUnsupported) }
    #expect(read.positions == .bicubic && read.heads == 6)
  }

  @Test func anotherNetworkIsRefusedByWhatDiffers() throws {
    let folder = try TemporaryFolder()
    let url = try file(NetworkCatalogue.standard.entry(named: "vit-tiny-16"), in: folder)
    var settings = NetworkSettings()
    settings.network = "dino_vits16"
    let other = failure { _ = try NetworkFile(contentsOf: url, settings) }
    #expect(other?.kind == .usage && other?.subject == "network=dino-vits16", "\(other as Any)")
    #expect(other?.problem.contains("instead of") == true, "\(other as Any)")
    settings.network = "dinov2_vits14"
    #expect(failure { _ = try NetworkFile(contentsOf: url, settings) }?.problem.contains("lacks") == true)
    settings.network = "dino_vits61"
    #expect(failure { _ = try NetworkFile(contentsOf: url, settings) }?.remedy.contains("dino") == true)
  }

  @Test(arguments: [
    (#""size": {"height": 10, "width": 10}, "crop_size": 8, "do_center_crop": true"#, 8, 10, true),
    (#""size": 8, "feature_extractor_type": "ViTFeatureExtractor""#, 8, 8, true),
    (#""size": 10, "crop_size": 8, "do_center_crop": true, "image_processor_type": "DeiTImageProcessor""#, 8, 10, true),
    (
      #""size": 8, "crop_size": 8, "do_center_crop": true, "feature_extractor_type": "CLIPFeatureExtractor""#, 8, 8,
      false
    ),
    (#""size": {"shortest_edge": 10}, "crop_size": {"height": 8, "width": 8}, "do_center_crop": true"#, 8, 10, false),
  ])
  func processorsSayWhetherProportionsAreKept(_ text: String, _ side: Int, _ resize: Int, _ stretched: Bool) throws {
    let folder = try TemporaryFolder()
    for name in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(
        at: Fixture.url("network-files/hf_vit/\(name)"), to: folder.url.appending(path: name))
    }
    try Data("{\(text), \"image_mean\": [0, 0, 0], \"image_std\": [1, 1, 1]}".utf8)
      .write(to: folder.url.appending(path: "preprocessor_config.json"))
    let framing = try NetworkFile(contentsOf: folder.url).preprocessing.framing
    #expect(framing.size == .square(side) && framing.resize == resize && framing.stretches == stretched)
  }
}
