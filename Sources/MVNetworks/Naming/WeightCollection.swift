internal import Foundation
internal import MVCore
internal import MVFiles
internal import MVWeights

/// The tensors of a network's files: one file, or the parts that an index names, or what a folder holds of them.
struct WeightCollection {
  /// The file or index that they were read from.
  private(set) var url: URL
  /// The folder in which descriptions may lie.
  private(set) var folder: URL
  private(set) var tensors: [String: WeightTensor] = [:]
  private(set) var facts: [String: String] = [:]
  private(set) var notes: [String] = []

  /// What a folder's weights are called, the one that is read first.
  private static let names = [
    "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors", "pytorch_model.bin",
    "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin", "last.ckpt",
  ]

  private struct Index: Decodable {
    let files: [String: String]
    private enum CodingKeys: String, CodingKey { case files = "weight_map" }
  }

  /// Reads a file, an index, or a folder; throws where there is none, or one of them cannot be read.
  init(at place: URL) throws(MVError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
      throw .missingInput(place.path, "does not exist", remedy: "check the path of the weights")
    }
    folder = isFolder.boolValue ? place : place.deletingLastPathComponent()
    if isFolder.boolValue {
      let names = Self.names.filter { FileManager.default.fileExists(atPath: place.appending(path: $0).path) }
      guard let name = names.first else {
        throw .missingInput(
          place.path, "holds no weights: neither \(Self.names.joined(separator: " nor "))",
          remedy: "give the file itself")
      }
      url = place.appending(path: name)
      if names.count > 1 { notes.append("\(name) was read, not \(names.dropFirst().joined(separator: ", "))") }
    } else {
      url = place
    }
    if url.lastPathComponent.hasSuffix(".index.json") { try readParts() } else { try read(url) }
    let best = folder.appending(path: "best.ckpt")
    // The epoch that fine-tuning chose and scored.
    if isFolder.boolValue, facts["finetuning"] != nil, FileManager.default.fileExists(atPath: best.path) {
      self = try WeightCollection(at: best)
    }
  }

  private mutating func readParts() throws(MVError) {
    let index = try CanonicalJSON.value(Index.self, in: url, what: "an index of weights")
    let parts = Set(index.files.values).sorted()
    for part in parts {
      guard !part.isEmpty, !part.contains("/"), part != "..", part != "." else {
        throw .badData(url.path, "names \(part), which does not lie beside it", remedy: "download it again")
      }
      try read(folder.appending(path: part))
    }
    let missing = index.files.keys.filter { tensors[$0] == nil }.sorted()
    guard missing.isEmpty else {
      throw .badData(
        url.path, "promises \(missing[0]) in \(index.files[missing[0]] ?? ""), which does not hold it",
        remedy: "download all parts again")
    }
    notes.append("it lies in \(parts.count) parts")
  }

  private mutating func read(_ url: URL) throws(MVError) {
    let file = try WeightFile(contentsOf: url)
    tensors.merge(file.tensors) { $1 }
    facts.merge(file.facts) { $1 }
  }
}
