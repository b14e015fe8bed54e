internal import Foundation
internal import MVCore
internal import MVFiles

/// The files of an archive, each a part of one mapped temporary file.
///
/// A compressed archive can only be read from its start, so it is unpacked once, into a nameless file in the folder for
/// temporary files (`TMPDIR`). The file vanishes with this object or the process.
final class PackedFiles: Sendable {
  let path: String
  /// The folders and files in each folder, sorted by bytes; "" is the top.
  let folders: [String: (folders: [String], files: [String])]
  private let stretches: [String: Range<Int>]
  private let bytes: Data

  /// Unpacks the archive; throws where it is damaged, holds no files, or there is no room for them.
  init(_ url: URL) throws(MVError) {
    path = url.path
    let scratch = try ScratchFile()
    let reader = try ArchiveReader(url)
    var stretches: [String: Range<Int>] = [:]
    var folderNames: Set<String> = [""]
    while let entry = try reader.next() {
      if entry.isFolder { Self.addFolders(of: entry.name + "/x", to: &folderNames) }
      guard entry.isFile, !entry.name.isEmpty else { continue }
      let start = scratch.count
      try reader.read { (piece) throws(MVError) in try scratch.append(piece) }
      stretches[entry.name] = start..<scratch.count
      Self.addFolders(of: entry.name, to: &folderNames)
    }
    guard !stretches.isEmpty else {
      throw .badData(path, "holds no files", remedy: "download it again")
    }
    bytes = try scratch.map()
    self.stretches = stretches
    var folders = Dictionary(uniqueKeysWithValues: folderNames.map { ($0, (folders: [String](), files: [String]())) })
    for name in folderNames where !name.isEmpty {
      let (parent, last) = Self.split(name)
      folders[parent]?.folders.append(last)
    }
    for name in stretches.keys {
      let (parent, last) = Self.split(name)
      folders[parent]?.files.append(last)
    }
    self.folders = folders.mapValues { (FileTree.sorted($0.folders), FileTree.sorted($0.files)) }
  }

  /// The bytes of a file, without a copy; nil where there is no such file.
  func bytes(of name: String) -> Data? {
    stretches[name].map { bytes[bytes.startIndex + $0.lowerBound..<bytes.startIndex + $0.upperBound] }
  }

  /// Adds every folder above `name`.
  private static func addFolders(of name: String, to folders: inout Set<String>) {
    var parent = split(name).parent
    while !parent.isEmpty, folders.insert(parent).inserted { parent = split(parent).parent }
  }

  private static func split(_ name: String) -> (parent: String, last: String) {
    guard let slash = name.lastIndex(of: "/") else { return ("", name) }
    return (String(name[..<slash]), String(name[name.index(after: slash)...]))
  }
}
