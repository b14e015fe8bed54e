internal import Foundation
public import MVCore

extension NetworkFile {
  /// A text that tells one file of weights from another; of an index, with the names and sizes of its parts.
  ///
  /// Throws where the file cannot be read.
  public func fingerprint() throws(MVError) -> String {
    var fingerprint = Fingerprint()
    try fingerprint.add(contentsOf: url)
    if url.pathExtension == "json" {
      let folder = url.deletingLastPathComponent()
      let parts = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      for part in parts.sorted() where part.hasSuffix(".safetensors") || part.hasSuffix(".bin") {
        let size = try? folder.appending(path: part).resourceValues(forKeys: [.fileSizeKey]).fileSize
        fingerprint.add("\(part) \(size ?? -1)")
      }
    }
    return fingerprint.text
  }
}
