package import Foundation
package import MVCore
internal import MVFiles
package import MVImaging

/// What TorchScript that this package writes says of its images, in a file of the archive beside the program.
///
/// `torch.jit.load` passes over it, unless it is asked for as one of `_extra_files`.
package struct ScriptFacts: Codable, Hashable, Sendable {
  /// How the network wants its images.
  package let preprocessing: Preprocessing

  /// The name of the file in the archive's folder `extra`.
  package static let name = "mvmr.json"

  package init(preprocessing: Preprocessing) { self.preprocessing = preprocessing }

  /// Reads them, without running anything; nil where the archive holds none.
  ///
  /// Throws where the archive is damaged, and where they cannot be: a stranger may have written them.
  package init?(in url: URL) throws(MVError) {
    let reader = try ArchiveReader(url, growth: .weights)
    while let entry = try reader.next() {
      guard entry.isFile, entry.name.hasSuffix("/extra/\(Self.name)") else { continue }
      var bytes = Data()
      try reader.read { (piece) throws(MVError) in
        guard bytes.count + piece.count <= 1 << 16 else {
          throw .badData(url.path, "has an \(Self.name) of more than 64 KiB", remedy: "export it again")
        }
        bytes.append(contentsOf: piece)
      }
      guard let found = CanonicalJSON.value(Self.self, from: String(decoding: bytes, as: UTF8.self)) else {
        throw .badData(
          url.path, "has an \(Self.name) that does not say how images are prepared", remedy: "export it again")
      }
      self = found
      return
    }
    return nil
  }
}
