package import Foundation
package import MVCore

/// Where an output goes whose path may be a link.
///
/// A link is written through: renaming a new file onto it would put the file in the link's place.
package enum OutputPath {
  /// The path that `path` stands for where it is a link, or a link to a link, whether something is there yet or not.
  package static func resolved(_ path: String) -> String {
    var path = path
    // As many as Linux follows; the links of a loop are left to the call that opens it.
    for _ in 0..<40 {
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return path }
      path = target.hasPrefix("/") ? target : URL(filePath: path).deletingLastPathComponent().path + "/" + target
    }
    return path
  }

  /// As ``resolved(_:)``; throws where links lead to each other and to nothing else.
  package static func target(of path: String) throws(MVError) -> String {
    let target = resolved(path)
    var status = stat()
    guard lstat(target, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
      throw FileDescriptor.failure(path, "cannot be written", ELOOP)
    }
    return target
  }

  /// The path without any link in it, as ``resolved(_:)``, for those who compare paths.
  package static func resolved(_ url: URL) -> URL { URL(filePath: resolved(url.path)).resolvingSymlinksInPath() }

  /// Whether what stands at `path` takes bytes one after the other and is never replaced: a pipe, a device, a terminal.
  ///
  /// `/dev/stdout` counts as one also where it is a file, which others hold open.
  package static func isStream(_ path: String) -> Bool {
    if ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/") {
      return true
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }
}
