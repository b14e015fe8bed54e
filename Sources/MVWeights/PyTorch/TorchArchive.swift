internal import Foundation
internal import MVCore
internal import MVFiles

/// The zip archive that `torch.save` and `torch.jit.save` write: `NAME/data.pkl`, and each storage as `NAME/data/KEY`.
enum TorchArchive {
  /// Reads an archive; throws where it is damaged, is not PyTorch's, or asks for code to be run.
  static func read(_ url: URL) throws(MVError) -> WeightContents {
    var pickle: Data?
    var storages: [String: Data] = [:]
    let reader = try ArchiveReader(url, growth: .weights)
    while let entry = try reader.next() {
      guard entry.isFile, let slash = entry.name.firstIndex(of: "/") else { continue }
      let name = entry.name[entry.name.index(after: slash)...]
      switch name {
      case "data.pkl": pickle = try bytes(reader)
      case "byteorder":
        guard try bytes(reader).starts(with: Data("little".utf8)) else {
          throw .badData(
            url.path, "holds values in another byte order", remedy: "save it again on this kind of machine")
        }
      default: if name.hasPrefix("data/") { storages[String(name.dropFirst(5))] = try bytes(reader) }
      }
    }
    guard let pickle else {
      throw .badData(
        url.path, "is a zip archive, and not one of PyTorch: it holds no data.pkl",
        remedy: "give the file that torch.save wrote")
    }
    let document = try PickleDocument(
      pickle, path: url.path, remedy: "save its state_dict alone: torch.save(network.state_dict(), file)",
      names: TorchNames.contains)
    return try TorchDocument.contents(of: document, storages: storages, path: url.path)
  }

  private static func bytes(_ reader: ArchiveReader) throws(MVError) -> Data {
    var bytes = Data()
    try reader.read { (piece) throws(MVError) in bytes.append(contentsOf: piece) }
    return bytes
  }
}
