package import Foundation
package import MVCore

/// Paths that are made of names which stand in a file: none of them leads out of its folder.
package enum InnerPath {
  /// The place of `name` in `folder`; `source` is what gave the name, for the error.
  ///
  /// A name is one part of a path, or with `isDeep` several, joined by slashes. Throws where it could lead out of the
  /// folder or stand for the folder itself: an empty part, `.`, `..`, a slash where none may be, or a zero byte.
  package static func place(
    of name: String, in folder: URL, from source: String, isDeep: Bool = false
  ) throws(MVError) -> URL {
    let parts = name.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
    let isInside = parts.allSatisfy { part in
      !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && !part.contains(0)
    }
    guard isInside, isDeep || parts.count == 1 else {
      throw .badData(
        source, "holds the name \(name), which leads elsewhere",
        remedy: "do not use it, or if it is yours make it anew with names below one folder")
    }
    return folder.appending(path: name)
  }
}
