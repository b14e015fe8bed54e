internal import Foundation
internal import MVCore
internal import MVFiles

/// What a run begins from, and must not write over.
enum RunInputs {
  /// Throws where one of `paths` is a file that a run in `folder` would replace by one of its `files`.
  static func check(_ paths: [String], of folder: URL, files: [String]) throws(MVError) {
    let own = files.compactMap { SystemPath(folder.appending(path: $0).path).status?.place }
    for path in paths {
      guard let place = SystemPath(path).status?.place, own.contains(place) else { continue }
      throw .usage(
        path, "stands where the run in \(folder.relativePath) writes its own", remedy: "give another --output")
    }
  }
}
