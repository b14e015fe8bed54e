internal import Foundation
internal import MVCore
internal import MVFiles

/// What `torch.save` wrote before PyTorch 1.6: five pickles one after another, then the storages.
enum LegacyTorchFile {
  /// The lowest eight bytes of the number that such a file begins with, 0x1950a86a20f9469cfc6c.
  private static let magic = 0xA86A_20F9_469C_FC6C as UInt64

  /// Reads a file; throws where it is another pickle, is cut off, or asks for code to be run.
  static func read(_ data: Data, path: String) throws(MVError) -> WeightContents {
    func next(_ start: Data.Index?) throws(MVError) -> PickleDocument {
      try PickleDocument(
        data, from: start, path: path, remedy: "save its state_dict alone: torch.save(network.state_dict(), file)",
        names: TorchNames.contains)
    }
    let first = try next(nil)
    guard first.root.number == Int(bitPattern: UInt(magic)) else {
      throw .badData(
        path, "is a pickle, and not one that torch.save wrote",
        remedy: "save the weights by torch.save, or as safetensors")
    }
    let version = try next(first.end)
    let system = try next(version.end)
    for (key, value) in system.root.pairs ?? [] where key.string == "little_endian" {
      if case .flag(false) = value {
        throw .badData(path, "holds values in another byte order", remedy: "save it again on this kind of machine")
      }
    }
    let document = try next(system.end)
    let keys = try next(document.end)
    var described: [String: TorchStorage] = [:]
    for reference in document.references {
      if let storage = TorchStorage(reference) { described[storage.key] = storage }
    }
    var storages: [String: Data] = [:]
    var at = keys.end
    for item in keys.root.items ?? [] {
      guard let key = item.string, let storage = described[key], data.endIndex - at >= 8 else { throw cutOff(path) }
      let count = data[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      at += 8
      guard let size = Checked.product(Int(clamping: count), storage.element?.size ?? 1), size <= data.endIndex - at
      else { throw cutOff(path) }
      storages[key] = data[at..<at + size]
      at += size
    }
    return try TorchDocument.contents(of: document, storages: storages, path: path)
  }

  private static func cutOff(_ path: String) -> MVError {
    .badData(path, "is cut off in its values", remedy: "download it again")
  }
}
