internal import Foundation
internal import MVCore
internal import MVFiles

/// What a run begins from, and must not write over.
enum RunInputs {
  /// Throws where one of the networks is a file that a run in `folder` would replace.
  static func check(_ networks: [String], of folder: URL) throws(MVError) {
    for network in networks {
      guard let place = SystemPath(network).status?.place else { continue }
      for name in ["last.ckpt", "best.ckpt"]
      where SystemPath(folder.appending(path: name).path).status?.place == place {
        throw .usage(
          network, "stands where the run in \(folder.relativePath) writes its own", remedy: "give another --output")
      }
    }
  }
}
