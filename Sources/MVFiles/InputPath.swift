package import Foundation
package import MVCore

/// What stands at a path that is read.
package enum InputPath {
  /// Whether a folder stands at `url`; throws where nothing does, with `remedy`.
  package static func isFolder(_ url: URL, remedy: String = "check the path") throws(MVError) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .missingInput(url.path, "does not exist", remedy: remedy)
    }
    return isFolder.boolValue
  }

  /// Throws where nothing stands at `url`, with `remedy`, or what does is no plain file: a pipe would be waited for.
  ///
  /// A folder is left to the caller.
  package static func checkPlainFile(_ url: URL, remedy: String = "check the path") throws(MVError) {
    guard let status = SystemPath(url.path).status else {
      throw .missingInput(url.path, "does not exist", remedy: remedy)
    }
    guard status.isPlainFile || status.isFolder else { throw SystemPath.notPlain(url.path) }
  }
}
